use std::net::TcpListener;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use fluxori_test_support::identity::{
    CLIENT_ID, CLIENT_SECRET, Call, PUBLIC_CLIENT_ID, Person, SimulatedIdentity, cancel, sign_in,
};
use serde_json::{Value, json};
use url::Url;

use super::site::{REDIRECT, Site, code_of, parameters};
use crate::world::{exchange, parameter};

#[test]
fn a_person_signs_in_and_the_application_learns_who_it_is() {
    let site = Site::new();
    let discovered = site.get("/.well-known/openid-configuration");
    assert_eq!(discovered["issuer"], site.identity.issuer());
    let person = Person::new("ada", "engines").role("viewer");
    let callback = sign_in(&site.page(&[]), &person).unwrap();
    assert!(callback.starts_with(&format!("{REDIRECT}?")), "{callback}");
    let told = parameters(&callback);
    assert_eq!(parameter(&told, "state"), "some-state");
    assert_eq!(parameter(&told, "iss"), site.identity.issuer());

    let (status, answer) = site.redeem(parameter(&told, "code"), &[]);
    assert_eq!((status, &answer["token_type"]), (200, &json!("Bearer")));
    let claims = site.verify(answer["id_token"].as_str().unwrap()).unwrap();
    for (name, value) in [
        ("iss", site.identity.issuer()),
        ("aud", CLIENT_ID),
        ("sub", "ada"),
        ("name", "ada"),
        ("org_id", "engines"),
        ("role", "viewer"),
        ("nonce", "some-nonce"),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(life, 300);
    assert_eq!(site.identity.count(Call::Token), 1);
}

#[test]
fn who_cancels_is_sent_back_with_an_error() {
    let site = Site::new();
    let told = parameters(&cancel(&site.page(&[])).unwrap());
    assert_eq!(parameter(&told, "error"), "access_denied");
    assert_eq!(parameter(&told, "state"), "some-state");
    assert!(told.iter().all(|(name, _)| name != "code"));
}

#[test]
fn an_application_that_is_not_registered_gets_no_word() {
    let site = Site::new();
    for change in [
        ("client_id", "another"),
        ("client_id", ""),
        ("redirect_uri", "https://example.com/auth/callback"),
        ("redirect_uri", ""),
    ] {
        let page = site.page(&[change]);
        let shown = sign_in(&page, &Person::new("ada", "engines")).unwrap_err();
        assert_eq!(shown.status, 400, "{change:?}");
    }
}

#[test]
fn a_malformed_request_is_told_to_the_application() {
    let site = Site::new();
    let ask = |page: &str| {
        let path = page.replace(site.identity.issuer(), "");
        let (head, _) = exchange(site.identity.issuer(), "GET", &path, &[], "");
        let location = head
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        parameter(&parameters(location.unwrap()), "error").to_owned()
    };
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "profile", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("prompt", "none", "login_required"),
    ] {
        assert_eq!(ask(&site.page(&[(name, value)])), error, "{name}={value}");
    }
    assert_eq!(ask(&(site.page(&[]) + "&nonce=again")), "invalid_request");
}

#[test]
fn the_page_is_filled_in_by_the_address() {
    let site = Site::new();
    let shown = |page: String| {
        let path = page.replace(site.identity.issuer(), "");
        exchange(site.identity.issuer(), "GET", &path, &[], "").1
    };
    let usual = shown(site.page(&[]));
    assert!(usual.contains(r#"name="user" value="dev-user""#), "{usual}");
    assert!(usual.contains(r#"name="organization" value="dev-org""#));
    assert!(usual.contains("Simulated – not the real identity provider"));
    let filled = shown(site.page(&[("user", "<ada>"), ("role", "viewer")]));
    assert!(filled.contains(r#"value="&lt;ada&gt;""#), "{filled}");
    assert!(filled.contains(r#"value="viewer" selected"#));
}

#[test]
fn a_code_is_good_once_for_a_minute_and_for_whoever_asked() {
    let site = Site::new();
    let grant = |(status, answer): (u16, Value)| (status, answer["error"].clone());
    let refused = (400, json!("invalid_grant"));
    let page = site.page(&[]);

    let code = code_of(&page);
    assert_eq!(site.redeem(&code, &[]).0, 200);
    assert_eq!(grant(site.redeem(&code, &[])), refused);
    for change in [
        ("code_verifier", "another"),
        ("redirect_uri", "http://127.0.0.1:8081/auth/callback"),
        ("code", "unknown"),
    ] {
        let answer = site.redeem(&code_of(&page), &[change]);
        assert_eq!(grant(answer), refused, "{change:?}");
    }
    let code = code_of(&page);
    site.clock.advance(TimeDelta::seconds(60));
    assert_eq!(grant(site.redeem(&code, &[])), refused);
    let other = code_of(&site.page(&[("client_id", PUBLIC_CLIENT_ID)]));
    assert_eq!(grant(site.redeem(&other, &[])), refused);
}

#[test]
fn each_application_shows_what_it_has_to_show() {
    let site = Site::new();
    let public = site.page(&[("client_id", PUBLIC_CLIENT_ID)]);
    let named = ("client_id", PUBLIC_CLIENT_ID);
    let (status, answer) = site.redeem_as("", &code_of(&public), &[named]);
    assert_eq!(status, 200, "{answer}");

    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let wrong = basic(&format!("{CLIENT_ID}:wrong"));
    let secret = ("client_secret", CLIENT_SECRET);
    for (login, changes) in [
        (wrong.as_str(), vec![]),
        ("Bearer x", vec![]),
        ("", vec![("client_id", CLIENT_ID)]),
        ("", vec![("client_id", CLIENT_ID), secret]),
        ("", vec![named, secret]),
    ] {
        let code = code_of(&site.page(&[]));
        let (status, answer) = site.redeem_as(login, &code, &changes);
        let error = (status, &answer["error"]);
        assert_eq!(error, (401, &json!("invalid_client")), "{changes:?}");
    }
}

#[test]
fn a_malformed_redemption_is_refused() {
    let site = Site::new();
    for (change, error) in [
        (("grant_type", "password"), "unsupported_grant_type"),
        (("code", ""), "invalid_request"),
        (("code_verifier", ""), "invalid_request"),
        (("redirect_uri", ""), "invalid_request"),
    ] {
        let (status, answer) = site.redeem(&code_of(&site.page(&[])), &[change]);
        assert_eq!(
            (status, &answer["error"]),
            (400, &json!(error)),
            "{change:?}"
        );
    }
}

#[test]
fn who_signs_out_is_sent_back_to_a_registered_address_only() {
    let site = Site::new();
    let end = |back: &str, client: &str| {
        let pairs = [("post_logout_redirect_uri", back), ("client_id", client)];
        let address = format!("{}/end-session", site.identity.issuer());
        let address = Url::parse_with_params(&address, pairs).unwrap();
        let path = &address[url::Position::BeforePath..];
        exchange(site.identity.issuer(), "GET", path, &[], "").0
    };
    let sent = end("http://127.0.0.1:8080/", CLIENT_ID);
    assert!(sent.contains("location: http://127.0.0.1:8080/"), "{sent}");
    assert!(end("https://example.com/", CLIENT_ID).starts_with("HTTP/1.1 400"));
    assert!(end("http://127.0.0.1:8080/", "another").starts_with("HTTP/1.1 400"));
    assert!(end("", CLIENT_ID).starts_with("HTTP/1.1 200"));
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    assert!(SimulatedIdentity::start_on(port).is_err());
}
