//! What an ID token says.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{codes::Agreed, faults::Fault};

/// How long an ID token holds.
const LIFE: TimeDelta = TimeDelta::minutes(5);

const ELSEWHERE: &str = "https://elsewhere.example";

/// The claims about a person who signed in at `now`, as the fault says.
pub(super) fn of(agreed: &Agreed, issuer: &str, now: DateTime<Utc>, fault: Option<Fault>) -> Value {
    let client_id = agreed.client_id.as_str();
    let person = &agreed.person;
    let mut claims = json!({
        "iss": issuer, "aud": client_id, "sub": person.user, "name": person.user,
        "iat": now.timestamp(), "auth_time": now.timestamp(), "exp": (now + LIFE).timestamp(),
    });
    for (name, value) in [
        ("nonce", &agreed.nonce),
        ("org_id", &person.organization),
        ("role", &person.role),
    ] {
        if let Some(value) = value {
            claims[name] = json!(value);
        }
    }
    let several = json!([client_id, "another-application"]);
    let without = |mut claims: Value, name| {
        claims.as_object_mut().map(|all| all.remove(name));
        claims
    };
    match fault {
        Some(Fault::WrongNonce) => claims["nonce"] = json!("another-nonce"),
        Some(Fault::NoNonce) => claims = without(claims, "nonce"),
        Some(Fault::WrongIssuer) => claims["iss"] = json!(ELSEWHERE),
        Some(Fault::WrongAudience) => claims["aud"] = json!("another-application"),
        Some(Fault::Audiences) => {
            claims["aud"] = several;
            claims["azp"] = json!(client_id);
        }
        Some(Fault::AudiencesWithoutParty) => claims["aud"] = several,
        Some(Fault::AudiencesOfOtherParty) => {
            claims["aud"] = several;
            claims["azp"] = json!("another-application");
        }
        Some(Fault::Expired) => {
            let ended = now - TimeDelta::hours(1);
            claims["iat"] = json!((ended - LIFE).timestamp());
            claims["exp"] = json!(ended.timestamp());
        }
        Some(Fault::NoOrganization) => claims = without(claims, "org_id"),
        _ => {}
    }
    claims
}
