//! Calling the API by the cookie of the page.

use chrono::TimeDelta;
use fluxori_domain::Clock;
use fluxori_test_support::{database::TestDatabase, identity::Person};
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{Builder, ORGANIZATION, PAGE_URL, TestApp, USER, takealot},
    exchange::Ask,
    visitor::{SESSION, Visitor},
};

const KEY: &str = fluxori_test_support::providers::keys::TAKEALOT_GOOD;

fn create(ask: Ask) -> Ask {
    ask.json(&takealot(KEY))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_calls_the_api_without_a_token() {
    let app = TestApp::start().await;
    let mine = app.connect_takealot().await;
    let visitor = Visitor::signed_in(&app).await;
    let session = visitor.session().await;
    assert_eq!(session["user"], USER);
    assert_eq!(session["organization"], ORGANIZATION);
    assert_eq!(session["roles"], json!(["member"]));
    let end = app.clock.now() + TimeDelta::hours(12);
    assert_eq!(
        session["expiresAt"].as_str().unwrap()[..19],
        end.to_rfc3339()[..19]
    );

    let list = visitor.ask(Method::GET, "/api/connections").send().await;
    assert_eq!(list.ok(200)["items"][0]["id"], mine["id"]);
    assert!(!list.header("ratelimit").is_empty());
    let path = crate::app::path_of(&mine, "");
    let change = visitor.page_asks(Method::PATCH, &path).await;
    let changed = change.json(&json!({"label": "New"})).send().await;
    assert_eq!(changed.ok(200)["label"], "New");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_alone_changes_nothing() {
    let app = TestApp::start().await;
    let connection = app.connect_untested(1).await;
    let visitor = Visitor::signed_in(&app).await;
    let token = visitor.csrf_token().await;
    let other = Visitor::signed_in(&app).await.csrf_token().await;
    assert_ne!(token, other, "each session has its own");
    let path = crate::app::path_of(&connection, "");
    for (method, path) in [
        (Method::POST, "/api/connections".to_owned()),
        (Method::POST, "/api/connections/authorize".to_owned()),
        (Method::PATCH, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::PUT, format!("{path}/credentials")),
        (Method::POST, format!("{path}/test")),
        (Method::POST, format!("{path}/reauthorize")),
        (Method::POST, "/auth/sign-out".to_owned()),
    ] {
        let ask = || create(visitor.ask(method.clone(), &path));
        let missing = ask().send().await;
        missing.problem(403, "csrf");
        for wrong in ["", "x", &other, &token[1..], &format!("{token}A")] {
            let wrong = ask().header("x-csrf-token", wrong).send().await;
            wrong.problem(403, "csrf");
        }
        let twice = ask().header("x-csrf-token", &token);
        let twice = twice.header("x-csrf-token", &token).send().await;
        twice.problem(403, "csrf");
    }
    let untouched = app.get(&path).await.ok(200);
    assert_eq!(untouched["version"], 1);
    assert_eq!(visitor.session().await["csrfToken"], token);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_page_cannot_use_the_cookie() {
    let app = TestApp::start().await;
    let visitor = Visitor::signed_in(&app).await;
    let token = visitor.csrf_token().await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "http://127.0.0.1:8081"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
    ] {
        let look = visitor.ask(Method::GET, "/api/connections");
        let look = look.header(name, value).send().await;
        look.problem(403, "csrf");
        let change = visitor.ask(Method::POST, "/api/connections");
        let change = create(change.header("x-csrf-token", &token).header(name, value));
        change.send().await.problem(403, "csrf");
        let out = visitor.ask(Method::POST, "/auth/sign-out");
        let out = out.header("x-csrf-token", &token).header(name, value);
        out.send().await.problem(403, "csrf");
        // Above all, it does not learn the token.
        let who = visitor.ask(Method::GET, "/auth/session");
        let who = who.header(name, value).send().await.ok(200);
        assert_eq!(who, json!({"session": null, "canSignIn": true}));
    }
    assert_eq!(
        app.get("/api/connections").await.ok(200)["items"],
        json!([])
    );
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_origin_may_send_the_token_and_our_own_need_not_be_listed() {
    let origin = "https://app.example.com";
    let app = Builder::new()
        .settings(|settings| settings.cors_allowed_origins = vec![origin.to_owned()])
        .start()
        .await;
    let preflight = async |headers: &str| {
        app.ask(Method::OPTIONS, "/api/connections")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", headers)
            .send()
            .await
    };
    assert_eq!(preflight("content-type").await.status, 200);
    let refused = preflight("content-type,x-csrf-token").await;
    assert!(
        !refused
            .header("access-control-allow-headers")
            .contains("csrf"),
        "{refused:?}"
    );
    assert_ne!(refused.status, 200);

    let visitor = Visitor::signed_in(&app).await;
    let own = visitor.page_asks(Method::POST, "/api/connections").await;
    create(own).send().await.ok(201);
    let listed = visitor.ask(Method::GET, "/api/connections");
    listed
        .header("origin", origin)
        .send()
        .await
        .problem(403, "csrf");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_bearer_token_the_cookie_is_not_looked_at() {
    let app = TestApp::start().await;
    app.connect_takealot().await;
    let visitor = Visitor::signed_in(&app).await;
    let list = |token: &str| visitor.ask(Method::GET, "/api/connections").token(token);
    let other = app.token_of("seller-2", ORGANIZATION);
    let seen = list(&other)
        .header("origin", "https://app.example.com")
        .header("sec-fetch-site", "cross-site")
        .send()
        .await;
    assert_eq!(seen.ok(200)["items"], json!([]), "the other seller's");
    list("a.b.c").send().await.problem(401, "invalid-token");
    let basic = visitor.ask(Method::GET, "/api/connections");
    let basic = basic.header("authorization", "Basic dTpw").send().await;
    basic.problem(401, "login-required");
    // Signing out is for who is signed in.
    let out = visitor.page_asks(Method::POST, "/auth/sign-out").await;
    out.token(&other)
        .send()
        .await
        .problem(401, "login-required");
    assert!(visitor.session().await.is_object());
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_the_clock() {
    let app = TestApp::start().await;
    let visitor = Visitor::signed_in(&app).await;
    let ask = || visitor.ask(Method::GET, "/api/connections").send();
    app.clock
        .advance(TimeDelta::hours(12) - TimeDelta::seconds(1));
    ask().await.ok(200);
    app.clock.advance(TimeDelta::seconds(1));
    ask().await.problem(401, "login-required");
    assert!(visitor.session().await.is_null());
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_on_every_server() {
    let database = TestDatabase::sqlite();
    let start = || {
        Builder::new()
            .database_at(database.url().to_owned())
            .start()
    };
    let (app, other) = (start().await, start().await);
    let mut visitor = Visitor::signed_in(&app).await;
    let stolen = visitor.at(&other);
    stolen
        .ask(Method::GET, "/api/connections")
        .send()
        .await
        .ok(200);

    let out = visitor
        .page_asks(Method::POST, "/auth/sign-out")
        .await
        .send()
        .await;
    let redirect = out.ok(200)["redirectTo"].as_str().unwrap().to_owned();
    assert_eq!(
        redirect,
        format!(
            "{}/end-session?client_id=fluxori-page&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F",
            app.identity.issuer()
        )
    );
    let kept = visitor.at(&app);
    visitor.keep(&out);
    assert!(visitor.cookies.is_empty(), "{:?}", visitor.cookies);
    for who in [&stolen, &kept] {
        let refused = who.ask(Method::GET, "/api/connections").send().await;
        refused.problem(401, "login-required");
        assert!(who.session().await.is_null());
        let again = who.ask(Method::POST, "/auth/sign-out").send().await;
        again.problem(401, "login-required");
    }
    other.stop().await.unwrap();
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_cookies_or_a_foreign_one_are_none() {
    let app = TestApp::start().await;
    let visitor = Visitor::signed_in(&app).await;
    let good = visitor.cookie();
    let made_up = format!("{SESSION}={}", "A".repeat(43));
    for cookie in [
        &format!("{good}; {good}"),
        &format!("{good}; {SESSION}=x"),
        &format!("{made_up}; {good}"),
        &made_up,
        &format!("{SESSION}="),
        &good.replace("__Host-", ""),
        &good.to_lowercase(),
    ] {
        let ask = |path| app.ask(Method::GET, path).header("cookie", cookie).send();
        ask("/api/connections").await.problem(401, "login-required");
        assert!(ask("/auth/session").await.ok(200)["session"].is_null());
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_may_still_sign_out() {
    let app = TestApp::start().await;
    let viewer = Person::new(USER, ORGANIZATION).role("viewer");
    let visitor = Visitor::signed_in_as(&app, &viewer).await;
    assert_eq!(visitor.session().await["roles"], json!(["read_only"]));
    visitor
        .ask(Method::GET, "/api/connections")
        .send()
        .await
        .ok(200);
    let change = visitor.page_asks(Method::POST, "/api/connections").await;
    create(change).send().await.problem(403, "forbidden");
    let out = visitor.page_asks(Method::POST, "/auth/sign-out").await;
    out.send().await.ok(200);
    assert!(visitor.session().await.is_null());
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_that_open_nothing_are_tried_for_a_while_only() {
    let app = Builder::new()
        .settings(|settings| settings.login_failures_per_minute = 3)
        .start()
        .await;
    let made_up = format!("{SESSION}={}", "A".repeat(43));
    for path in ["/auth/session", "/auth/callback", "/auth/link?token=x"] {
        let answer = app.ask(Method::GET, path).header("cookie", &made_up);
        let status = answer.send().await.status.as_u16();
        assert!([200, 303].contains(&status), "{status}");
    }
    for path in [
        "/auth/session",
        "/auth/callback",
        "/auth/link?token=x",
        "/api/connections",
    ] {
        let answer = app.ask(Method::GET, path).header("cookie", &made_up);
        answer.send().await.problem(429, "too-many-requests");
    }
    // Who has no cookie has not tried any.
    app.ask(Method::GET, "/auth/session").send().await.ok(200);
    let visitor = Visitor::signed_in(&app).await;
    let own = visitor.ask(Method::GET, "/api/connections");
    own.header("origin", PAGE_URL).send().await.ok(200);
    app.stop().await.unwrap();
}
