use std::time::{Duration, Instant};

use fluxori_test_support::identity::{CLIENT_ID, Fault};
use serde_json::{Value, json};

use super::site::{Site, code_of, part};
use crate::world::exchange;

#[test]
fn claims_go_wrong_once_each() {
    let site = Site::new();
    let good = site.verify(&site.id_token()).unwrap();
    let issuer = site.identity.issuer().to_owned();
    let several = json!([CLIENT_ID, "another-application"]);
    for (fault, name, value) in [
        (Fault::WrongNonce, "nonce", json!("another-nonce")),
        (Fault::NoNonce, "nonce", Value::Null),
        (
            Fault::WrongIssuer,
            "iss",
            json!("https://elsewhere.example"),
        ),
        (Fault::WrongAudience, "aud", json!("another-application")),
        (Fault::Audiences, "azp", json!(CLIENT_ID)),
        (Fault::AudiencesWithoutParty, "aud", several),
        (
            Fault::AudiencesOfOtherParty,
            "azp",
            json!("another-application"),
        ),
        (Fault::NoOrganization, "org_id", Value::Null),
    ] {
        site.identity.arm(fault);
        let wrong = site.verify(&site.id_token()).unwrap();
        assert_eq!(wrong[name], value, "{fault:?}");
        assert_ne!(wrong[name], good[name], "{fault:?}");
        assert_eq!(site.verify(&site.id_token()).unwrap(), good, "{fault:?}");
    }
    site.identity.arm(Fault::Expired);
    let expired = site.verify(&site.id_token()).unwrap();
    let early = good["iat"].as_i64().unwrap() - expired["exp"].as_i64().unwrap();
    assert_eq!((early, &expired["iss"]), (3600, &json!(issuer)));
}

#[test]
fn signatures_go_wrong_and_keys_are_rotated() {
    let site = Site::new();
    for (fault, problem) in [
        (Fault::SharedSecret, "another algorithm"),
        (Fault::PublicKeyAsSecret, "another algorithm"),
        (Fault::Unsigned, "another algorithm"),
        (Fault::UnknownKey, "an unknown key"),
    ] {
        site.identity.arm(fault);
        assert_eq!(site.verify(&site.id_token()), Err(problem), "{fault:?}");
        assert!(site.verify(&site.id_token()).is_ok(), "{fault:?}");
    }
    let keys = || site.get("/keys")["keys"].as_array().unwrap().len();
    let before = site.id_token();
    site.identity.arm(Fault::RotatedKey);
    let after = site.id_token();
    assert_eq!(keys(), 2);
    assert!(site.verify(&before).is_ok() && site.verify(&after).is_ok());
    let id = |token: &str| part(token.split('.').next().unwrap())["kid"].clone();
    assert_ne!(id(&before), id(&after));
    assert_eq!(id(&site.id_token()), id(&after));
}

#[test]
fn the_token_endpoint_goes_wrong_in_every_way() {
    let site = Site::new();
    let code = code_of(&site.page(&[]));
    site.identity.arm(Fault::TokenError(503));
    site.identity.arm(Fault::TokenPage);
    site.identity.arm(Fault::TokenHangUp);
    site.identity.arm(Fault::NoIdToken);
    assert_eq!(site.redeem(&code, &[]).0, 503);
    assert_eq!(site.redeem(&code, &[]), (200, Value::Null), "a page");
    assert_eq!(site.redeem(&code, &[]).0, 0, "no answer");
    let (status, answer) = site.redeem(&code, &[]);
    assert_eq!((status, &answer["id_token"]), (200, &Value::Null));

    site.identity.arm(Fault::TokenHuge);
    let (_, text) = exchange(site.identity.issuer(), "POST", "/token", &[], "");
    assert!(text.len() > 4_000_000, "{}", text.len());
    let long = Duration::from_millis(50);
    site.identity.arm(Fault::TokenSlow(long));
    let code = code_of(&site.page(&[]));
    let begun = Instant::now();
    assert_eq!(site.redeem(&code, &[]).0, 200);
    assert!(begun.elapsed() >= long);
}

#[test]
fn discovery_of_another_issuer_happens_once() {
    let site = Site::new();
    site.identity.arm(Fault::OtherIssuer);
    let issuer = || site.get("/.well-known/openid-configuration")["issuer"].clone();
    assert_eq!(issuer(), "https://elsewhere.example");
    assert_eq!(issuer(), site.identity.issuer());
}

#[test]
fn another_process_orders_faults_takes_them_back_and_counts() {
    let site = Site::new();
    let order = |method: &str, order: &Value| {
        let issuer = site.identity.issuer();
        let (head, _) = exchange(issuer, method, "/control/faults", &[], &order.to_string());
        head[9..12].to_owned()
    };
    assert_eq!(order("POST", &json!({"fault": "token-error"})), "200");
    assert_eq!(order("POST", &json!({"fault": "wrong-nonce"})), "200");
    assert_eq!(order("POST", &json!({"fault": "earthquake"})), "400");
    let code = code_of(&site.page(&[]));
    assert_eq!(site.redeem(&code, &[]).0, 500);
    assert_eq!(order("DELETE", &Value::Null), "200");
    assert_eq!(
        site.verify(&site.id_token()).unwrap()["nonce"],
        "some-nonce"
    );
    let counts = site.get("/control/counts");
    assert_eq!(
        (&counts["token"], &counts["discovery"]),
        (&json!(2), &json!(0))
    );
}
