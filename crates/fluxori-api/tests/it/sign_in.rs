//! Signing in to the page by `OpenID` Connect.

use chrono::TimeDelta;
use fluxori_domain::Clock;
use fluxori_test_support::identity::{self, Call, Fault, PUBLIC_CLIENT_ID, Person};
use reqwest::Method;

use crate::{
    app::{Builder, PAGE_URL, TestApp, USER},
    browser::{query_of, with_query},
    logs,
    visitor::{ATTEMPT, SESSION, Visitor, location, seller},
};

fn one(pairs: &[(String, String)], name: &str) -> String {
    let mut named = pairs.iter().filter(|(key, _)| key == name);
    let value = named.next().unwrap().1.clone();
    assert!(named.next().is_none(), "{name} comes twice");
    value
}

/// The callback with a parameter changed, or taken away.
fn changed(callback: &str, name: &str, value: Option<&str>) -> String {
    let mut pairs = query_of(callback);
    pairs.retain(|(key, _)| key != name);
    if let Some(value) = value {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    with_query(callback, &pairs)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_sent_to_the_provider_with_everything_that_it_needs() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    let url = visitor.leave("").await;
    assert!(url.starts_with(&format!("{}/authorize?", app.identity.issuer())));
    let pairs = query_of(&url);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "fluxori-page"),
        ("redirect_uri", "http://127.0.0.1:8080/auth/callback"),
        ("scope", "openid"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(one(&pairs, name), value);
    }
    let derived = ["state", "nonce", "code_challenge"].map(|name| one(&pairs, name));
    let other = query_of(&Visitor::new(&app).leave("").await);
    for (name, value) in ["state", "nonce", "code_challenge"].iter().zip(&derived) {
        assert_eq!(value.len(), 43, "{name}");
        assert_ne!(&one(&other, name), value, "{name}");
        assert!(!visitor.cookies[ATTEMPT].contains(value.as_str()), "{name}");
    }
    let head = visitor.ask(Method::HEAD, "/auth/sign-in").send().await;
    assert_eq!(
        (location(&head).as_str(), head.header("set-cookie")),
        ("/", "")
    );
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_the_way_is_forgotten() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    let url = visitor
        .leave("?returnTo=%2F%3Fconnection%3D1%26tab%3D2")
        .await;
    let callback = identity::sign_in(&url, &seller()).unwrap();
    assert_eq!(visitor.arrive(&callback).await, "/?connection=1&tab=2");
    assert_eq!(visitor.cookies.keys().collect::<Vec<_>>(), [SESSION]);
    assert_eq!(visitor.session().await["user"], USER);

    // The second time somebody comes the same way, nobody is signed in any more, and nobody else is.
    let kept = visitor.at(&app);
    assert_eq!(visitor.arrive(&callback).await, "/?signIn=expired");
    assert!(kept.session().await.is_object(), "nor signed out");
    assert_eq!(app.identity.count(Call::Token), 1);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_secret_signs_people_in_too() {
    let app = Builder::new()
        .settings(|settings| {
            let oidc = settings.sign_in.as_mut().unwrap().oidc.as_mut().unwrap();
            oidc.client_id = PUBLIC_CLIENT_ID.to_owned();
            oidc.client_secret = None;
        })
        .start()
        .await;
    Visitor::signed_in(&app).await;
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_again_ends_the_session_before() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::signed_in(&app).await;
    let before = visitor.at(&app);
    assert_eq!(
        visitor.sign_in(&Person::new("seller-2", "org-2")).await,
        "/"
    );
    assert_eq!(visitor.session().await["user"], "seller-2");
    assert_ne!(visitor.cookies, before.cookies);
    assert!(before.session().await.is_null());

    // A session that somebody planted is not gone on with.
    let mut victim = Visitor::new(&app);
    victim.cookies.insert(SESSION.to_owned(), "A".repeat(43));
    assert_eq!(victim.sign_in(&seller()).await, "/");
    assert_ne!(victim.cookies[SESSION], "A".repeat(43));
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_did_not_begin_in_this_browser_signs_nobody_in() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    let url = visitor.leave("").await;
    let callback = identity::sign_in(&url, &seller()).unwrap();
    let mut other = Visitor::new(&app);
    assert_eq!(
        other.arrive(&callback).await,
        "/?signIn=expired",
        "no cookie"
    );
    let foreign = other.leave("").await;
    assert_eq!(
        other.arrive(&callback).await,
        "/?signIn=expired",
        "another's"
    );
    let foreign = identity::sign_in(&foreign, &Person::new("attacker", "evil")).unwrap();
    // Login CSRF: the attacker's own callback in the victim's browser.
    assert_eq!(visitor.arrive(&foreign).await, "/?signIn=expired");
    let twice = format!("{callback}&state={}", one(&query_of(&callback), "state"));
    for wrong in [
        changed(&callback, "state", None),
        changed(&callback, "state", Some("")),
        changed(&callback, "state", Some(&"A".repeat(43))),
        twice,
    ] {
        assert_eq!(visitor.arrive(&wrong).await, "/?signIn=expired", "{wrong}");
    }
    assert_eq!(app.identity.count(Call::Token), 0, "nothing was redeemed");
    // None of that stopped the person.
    assert_eq!(visitor.arrive(&callback).await, "/");

    let mut two = Visitor::new(&app);
    let url = two.leave("").await;
    let callback = identity::sign_in(&url, &seller()).unwrap();
    let pair = two.cookie();
    let path = callback.strip_prefix(PAGE_URL).unwrap();
    let both = app
        .ask(Method::GET, path)
        .header("cookie", &format!("{pair}; {pair}"));
    assert_eq!(location(&both.send().await), "/?signIn=expired");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_was_changed_leads_nowhere() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    let url = visitor.leave("").await;
    let callback = identity::sign_in(&url, &seller()).unwrap();
    let good = visitor.cookies[ATTEMPT].clone();
    let parts: Vec<_> = good.split('.').collect();
    let later = app.clock.now().timestamp() + 60;
    for bad in [
        format!("{}.{later}.{}", parts[0], parts[2]),
        // `/evil`
        format!("{}.{}.L2V2aWw", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}x"),
    ] {
        visitor.cookies.insert(ATTEMPT.to_owned(), bad.clone());
        assert_eq!(visitor.arrive(&callback).await, "/?signIn=expired", "{bad}");
    }
    visitor.cookies.insert(ATTEMPT.to_owned(), good);
    assert_eq!(visitor.arrive(&callback).await, "/");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_too_long_begins_again() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    let url = visitor.leave("").await;
    let callback = identity::sign_in(&url, &seller()).unwrap();
    app.clock.advance(TimeDelta::minutes(10));
    assert_eq!(visitor.arrive(&callback).await, "/?signIn=expired");
    assert!(visitor.cookies.is_empty(), "the cookie goes, too");
    assert_eq!(app.identity.count(Call::Token), 0);
    assert_eq!(visitor.sign_in(&seller()).await, "/");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_reports_is_told_in_our_words() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    let url = visitor.leave("").await;
    let callback = identity::cancel(&url).unwrap();
    assert_eq!(visitor.arrive(&callback).await, "/?signIn=denied");
    assert!(visitor.cookies.is_empty());

    for (name, value) in [
        ("error", Some("server_error")),
        ("error", Some("<script>")),
        ("code", None),
        ("code", Some("")),
        ("code", Some("never-handed-out")),
        ("iss", Some("https://elsewhere.example")),
        ("iss", Some("")),
    ] {
        let url = visitor.leave("").await;
        let callback = identity::sign_in(&url, &seller()).unwrap();
        let callback = changed(&callback, name, value);
        assert_eq!(visitor.arrive(&callback).await, "/?signIn=failed", "{name}");
        assert!(visitor.cookies.is_empty());
    }
    let nobody = Person::new(USER, "x").without_organization();
    assert_eq!(visitor.sign_in(&nobody).await, "/?signIn=forbidden");
    assert!(visitor.session().await.is_null());
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_token_that_was_made_for_this_sign_in_is_accepted() {
    let app = Builder::new()
        .settings(|settings| settings.login_failures_per_minute = 1_000)
        .start()
        .await;
    let mut visitor = Visitor::new(&app);
    for fault in [
        Fault::WrongNonce,
        Fault::NoNonce,
        Fault::WrongIssuer,
        Fault::WrongAudience,
        Fault::AudiencesWithoutParty,
        Fault::AudiencesOfOtherParty,
        Fault::Expired,
        Fault::SharedSecret,
        Fault::PublicKeyAsSecret,
        Fault::Unsigned,
        Fault::UnknownKey,
        Fault::NoIdToken,
        Fault::TokenError(500),
        Fault::TokenError(400),
        Fault::TokenPage,
        Fault::TokenHuge,
        Fault::TokenHangUp,
    ] {
        app.identity.arm(fault);
        assert_eq!(
            visitor.sign_in(&seller()).await,
            "/?signIn=failed",
            "{fault:?}"
        );
        assert!(visitor.cookies.is_empty(), "{fault:?}");
        assert!(visitor.session().await.is_null(), "{fault:?}");
    }
    app.identity.arm(Fault::Audiences);
    assert_eq!(visitor.sign_in(&seller()).await, "/");
    app.stop().await.unwrap();
    logs::assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_client_secret_is_named_in_the_log_and_not_shown() {
    let app = Builder::new()
        .settings(|settings| {
            let oidc = settings.sign_in.as_mut().unwrap().oidc.as_mut().unwrap();
            let wrong = "canary-wrong-client-secret";
            oidc.client_secret = Some(fluxori_domain::SecretText::copy_of(wrong));
        })
        .start()
        .await;
    assert_eq!(
        Visitor::new(&app).sign_in(&seller()).await,
        "/?signIn=failed"
    );
    app.stop().await.unwrap();
    assert!(logs::lines().contains("check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"));
    logs::assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_of_the_provider_are_found() {
    let app = TestApp::start().await;
    Visitor::signed_in(&app).await;
    app.identity.rotate_key();
    app.clock.advance(TimeDelta::seconds(30));
    Visitor::signed_in(&app).await;
    assert_eq!(app.identity.count(Call::Keys), 2);
    assert_eq!(app.identity.count(Call::Discovery), 1);
    app.clock.advance(TimeDelta::hours(1));
    Visitor::signed_in(&app).await;
    assert_eq!(app.identity.count(Call::Discovery), 2);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_not_there_or_another_one_stops_nobody_for_long() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    app.identity.arm(Fault::OtherIssuer);
    for _ in 0..3 {
        assert_eq!(visitor.leave("").await, "/?signIn=failed");
    }
    assert_eq!(
        app.identity.count(Call::Discovery),
        1,
        "not asked at each try"
    );
    assert!(visitor.cookies.is_empty());
    app.clock.advance(TimeDelta::seconds(5));
    assert_eq!(visitor.sign_in(&seller()).await, "/");

    // Once known, it is believed while no newer document can be had.
    app.identity.arm(Fault::OtherIssuer);
    app.clock.advance(TimeDelta::hours(2));
    assert_eq!(visitor.sign_in(&seller()).await, "/");
    app.stop().await.unwrap();

    let nowhere = Builder::new()
        .settings(|settings| {
            let oidc = settings.sign_in.as_mut().unwrap().oidc.as_mut().unwrap();
            oidc.issuer = "http://127.0.0.1:1".to_owned();
        })
        .start()
        .await;
    let mut visitor = Visitor::new(&nowhere);
    assert_eq!(visitor.leave("").await, "/?signIn=failed");
    nowhere.ask(Method::GET, "/").send().await;
    nowhere.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_anywhere_but_to_this_server() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    for bad in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/.//evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "/auth/link?token=x",
        "",
    ] {
        let query: String = url_encoded(bad);
        let url = visitor.leave(&format!("?returnTo={query}")).await;
        let callback = identity::sign_in(&url, &seller()).unwrap();
        let to = visitor.arrive(&callback).await;
        assert!(to == "/" || to == "/%09/evil.example", "{bad}: {to}");
    }
    visitor
        .go("/auth/sign-in?returnTo=/a&returnTo=/b")
        .await
        .problem(400, "invalid-query");
    visitor
        .go("/auth/sign-in?next=/a")
        .await
        .problem(400, "invalid-query");
    app.stop().await.unwrap();
}

fn url_encoded(text: &str) -> String {
    let mut url = reqwest::Url::parse("http://a/").unwrap();
    url.query_pairs_mut().append_pair("x", text);
    url.query().unwrap()[2..].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_sign_in_is_logged() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    let url = visitor.leave("").await;
    let attempt = visitor.cookies[ATTEMPT].clone();
    let callback = identity::sign_in(&url, &seller()).unwrap();
    visitor.arrive(&callback).await;
    let csrf = visitor.csrf_token().await;
    visitor
        .ask(Method::POST, "/auth/sign-out")
        .send()
        .await
        .problem(403, "csrf");
    let session = visitor.cookies[SESSION].clone();
    app.stop().await.unwrap();
    let lines = logs::lines();
    let (sent, back) = (query_of(&url), query_of(&callback));
    for secret in [
        attempt.split('.').next().unwrap(),
        &one(&sent, "state"),
        &one(&sent, "nonce"),
        &one(&back, "code"),
        &csrf,
        &session,
    ] {
        assert!(!lines.contains(secret), "{secret} was logged");
    }
    logs::assert_clean();
}
