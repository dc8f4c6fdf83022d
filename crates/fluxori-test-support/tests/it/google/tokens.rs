//! The token endpoint and the metadata server.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::TimeDelta;
use fluxori_domain::{Clock, SystemClock};
use fluxori_test_support::google::Order;
use ring::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::world::{Answer, Google};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// What a client makes of a key file, as of now.
fn claims(key: &Value) -> Value {
    let now = SystemClock.now().timestamp();
    json!({
        "iss": key["client_email"], "aud": key["token_uri"], "scope": SCOPE, "iat": now, "exp": now + 3600,
    })
}

fn sign(key: &Value, claims: &Value) -> String {
    let pem = key["private_key"].as_str().unwrap();
    let encoded: String = pem
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    let pair = KeyPair::from_pkcs8(&STANDARD.decode(encoded).unwrap()).unwrap();
    let head = json!({"alg": "RS256", "typ": "JWT", "kid": key["private_key_id"]});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&head), part(claims));
    let mut signed = vec![0; pair.public().modulus_len()];
    let random = SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signed)
        .unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signed))
}

fn buy(google: &Google, grant: &str, assertion: &str) -> Answer {
    let fields = [("grant_type", grant), ("assertion", assertion)];
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    google.send("POST", "/token", &[FORM], &body)
}

fn refusal(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 400, "{answer:?}");
    let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
    (text("error"), text("error_description"))
}

#[test]
fn a_key_buys_a_token_for_an_hour() {
    let google = Google::new();
    let key = google.fake.service_account("server").document();
    let bought = buy(&google, GRANT, &sign(&key, &claims(&key))).json();
    assert_eq!(
        (&bought["token_type"], &bought["expires_in"]),
        (&json!("Bearer"), &json!(3599))
    );
    let bearer = format!("Bearer {}", bought["access_token"].as_str().unwrap());
    let list = || {
        let headers = [("authorization", bearer.as_str())];
        google
            .send("GET", "/v1/projects/fluxori-test/secrets", &headers, "")
            .status
    };
    assert_eq!(list(), 200);
    google.clock.advance(TimeDelta::seconds(3599));
    assert_eq!(list(), 200);
    google.fake.operate(Order::ExpireTokens);
    assert_eq!(list(), 401);
}

#[test]
fn what_is_wrong_with_an_assertion_is_said_in_googles_words() {
    let google = Google::new();
    let key = google.fake.service_account("server").document();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims(&key);
        change(&mut claims);
        refusal(&buy(&google, GRANT, &sign(&key, &claims)))
    };
    let (error, text) = refused(&|claims| claims["aud"] = "https://elsewhere".into());
    assert!(
        error == "invalid_grant" && text.contains("Failed audience check"),
        "{text}"
    );
    for (name, by) in [("exp", -7200), ("exp", 7200), ("iat", 600)] {
        let (error, text) =
            refused(&|claims| claims[name] = (claims[name].as_i64().unwrap() + by).into());
        assert!(
            error == "invalid_grant" && text.contains("short-lived token (60 minutes)"),
            "{text}"
        );
    }
    let (error, text) =
        refused(&|claims| claims["iss"] = "nobody@fluxori-test.iam.gserviceaccount.com".into());
    assert_eq!(
        (error.as_str(), text.as_str()),
        ("invalid_grant", "Invalid grant: account not found")
    );
    assert_eq!(
        refused(&|claims| claims["scope"] = "".into()).0,
        "invalid_scope"
    );

    let good = sign(&key, &claims(&key));
    let (head, _) = good.rsplit_once('.').unwrap();
    let torn = refusal(&buy(&google, GRANT, &format!("{head}.AAAA")));
    assert_eq!(
        torn,
        (
            "invalid_grant".to_owned(),
            "Invalid JWT Signature.".to_owned()
        )
    );
    assert_eq!(
        refusal(&buy(&google, "password", &good)).0,
        "unsupported_grant_type"
    );
}

#[test]
fn a_deleted_key_buys_nothing_and_another_of_the_account_does() {
    let google = Google::new();
    let (first, second) = (
        google.fake.service_account("server"),
        google.fake.service_account("server"),
    );
    google
        .fake
        .operate(Order::DeleteKey(first.email.clone(), first.key_id.clone()));
    let buy = |key: &Value| buy(&google, GRANT, &sign(key, &claims(key)));
    assert_eq!(refusal(&buy(&first.document())).1, "Invalid JWT Signature.");
    assert_eq!(buy(&second.document()).status, 200);
    google
        .fake
        .operate(Order::DeleteAccount(second.email.clone()));
    assert_eq!(
        refusal(&buy(&second.document())).1,
        "Invalid grant: account not found"
    );
}

#[test]
fn a_clock_that_is_wrong_buys_nothing() {
    let google = Google::new();
    let key = google.fake.service_account("server").document();
    google.fake.set_skew(TimeDelta::hours(2));
    let refused = refusal(&buy(&google, GRANT, &sign(&key, &claims(&key))));
    assert!(refused.1.contains("Check your iat and exp values"));
}

#[test]
fn a_token_of_too_little_scope_is_forbidden() {
    let google = Google::new();
    let key = google.fake.service_account("server").document();
    let mut claims = claims(&key);
    claims["scope"] = "https://www.googleapis.com/auth/devstorage.read_only".into();
    let bought = buy(&google, GRANT, &sign(&key, &claims)).json();
    let bearer = format!("Bearer {}", bought["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let refused = google.send("GET", "/v1/projects/fluxori-test/secrets", &headers, "");
    assert_eq!(
        (refused.status, refused.reason().as_str()),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    );
}

#[test]
fn the_metadata_server_wants_and_gives_its_flavour() {
    let google = Google::new();
    let path = "/computeMetadata/v1/instance/service-accounts/default/token";
    let flavour = ("metadata-flavor", "Google");
    assert_eq!(google.send("GET", path, &[], "").status, 403);
    assert_eq!(
        google
            .send("GET", path, &[flavour, ("x-forwarded-for", "1.2.3.4")], "")
            .status,
        403
    );
    let bought = google.send("GET", path, &[flavour], "");
    assert!(bought.head.contains("metadata-flavor: google"));
    let bearer = format!("Bearer {}", bought.json()["access_token"].as_str().unwrap());
    let list = google.send(
        "GET",
        "/v1/projects/fluxori-test/secrets",
        &[("authorization", &bearer)],
        "",
    );
    assert_eq!(list.status, 200);
    let ask = |path: &str| {
        google
            .send(
                "GET",
                &format!("/computeMetadata/v1/{path}"),
                &[flavour],
                "",
            )
            .text
    };
    assert_eq!(ask("project/project-id"), "fluxori-test");
    assert_eq!(
        ask("project/numeric-project-id"),
        google.fake.project_number().to_string()
    );
    assert_eq!(
        ask("instance/service-accounts/default/email"),
        google.fake.metadata_account()
    );
}
