//! Amazon's Selling Partner API, which takes the access tokens.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{Behaviour, Call, Provider, Reply, seen::Seen, state::State, wire};

/// `GET /sellers/v1/marketplaceParticipations` in one region.
pub(super) async fn participations(
    state: &State,
    seen: &mut Seen<'_>,
    region: &str,
) -> HttpResponse {
    seen.require_method("GET");
    seen.refuse_header("authorization");
    let date = seen.header("x-amz-date").unwrap_or_default();
    seen.require(
        is_amz_date(date),
        "has no x-amz-date of the form 20261123T120000Z",
    );
    let agent = seen.header("user-agent").unwrap_or_default();
    seen.require(
        agent.contains("(Language="),
        "does not name its language in user-agent",
    );
    let Some(token) = seen.header("x-amz-access-token") else {
        seen.require(false, "has no x-amz-access-token");
        return denied("Access token is missing in the request header.");
    };
    if seen.is_malformed() {
        return error(400, "InvalidInput", "");
    }
    let (behaviour, is_expired) = answer_to(state, token);
    if is_expired {
        return denied("The access token you provided has expired.");
    }
    let good = || json!({ "payload": sites(region) });
    if let Some(fault) = wire::fault(&behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused => {
            denied("The access token you provided is revoked, malformed or invalid.")
        }
        Behaviour::WrongScope => denied(""),
        Behaviour::Throttled => wire::reply(
            &Reply::json(429, errors("QuotaExceeded", "").to_string())
                .with("x-amzn-RateLimit-Limit", "0.016"),
        ),
        Behaviour::ThrottledSilently => error(429, "QuotaExceeded", ""),
        Behaviour::Error(status) => error(status, "InternalFailure", ""),
        Behaviour::GoodAndTerse => wire::json(
            200,
            &json!({"payload": [{"marketplace": {"id": "AE08WJ6YKNBMC"}}]}),
        ),
        _ => wire::reply(
            &Reply::json(200, good().to_string())
                .with("x-amzn-RateLimit-Limit", "0.016")
                .with("x-amzn-RequestId", "00000000-0000-4000-8000-000000000001"),
        ),
    }
}

/// How a token is answered, and whether it has expired.
fn answer_to(state: &State, token: &str) -> (Behaviour, bool) {
    let call = Call::AmazonParticipations;
    let Some((grant, is_expired)) = state.scripted_grant_of(token) else {
        let answer = state.answer_to(token, call, Provider::Amazon);
        return (answer.behaviour, answer.is_expired);
    };
    let behaviour = state.behaviour(&grant, call);
    (behaviour.unwrap_or(Behaviour::Refused), is_expired)
}

fn sites(region: &str) -> Value {
    let site = |id, country, name: &str, domain| {
        json!({
            "marketplace": {
                "id": id, "name": name, "countryCode": country, "defaultCurrencyCode": "USD",
                "defaultLanguageCode": "en_US", "domainName": domain,
            },
            "storeName": "Simulated Store",
            "participation": {"isParticipating": true, "hasSuspendedListings": false},
        })
    };
    match region {
        "na" => json!([site("ATVPDKIKX0DER", "US", "Amazon.com", "www.amazon.com")]),
        "fe" => json!([site(
            "A39IBJ37TRP1C6",
            "AU",
            "Amazon.com.au",
            "www.amazon.com.au"
        )]),
        _ => json!([
            site("AE08WJ6YKNBMC", "ZA", "Amazon.co.za", "www.amazon.co.za"),
            site("A2VIGQ35RCS4UG", "AE", "Amazon.ae", "www.amazon.ae"),
        ]),
    }
}

fn is_amz_date(text: &str) -> bool {
    let pattern = "00000000T000000Z";
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, expected)| {
            if expected == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == expected
            }
        })
}

fn denied(details: &str) -> HttpResponse {
    error(403, "Unauthorized", details)
}

fn error(status: u16, code: &str, details: &str) -> HttpResponse {
    wire::json(status, &errors(code, details))
}

fn errors(code: &str, details: &str) -> Value {
    json!({"errors": [{
        "code": code, "message": "Access to requested resource is denied.", "details": details,
    }]})
}
