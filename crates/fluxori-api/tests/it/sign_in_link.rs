//! Signing in by a link, for development.

use chrono::TimeDelta;
use fluxori_api::SignInLink;
use fluxori_domain::{Clock, OrganizationId, Role, Roles, TenantScope, UserId};
use fluxori_test_support::database::TestDatabase;
use futures_util::future::join_all;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{
    app::{Builder, ORGANIZATION, PAGE_URL, TestApp, USER},
    logs, on_both_databases,
    visitor::{SESSION, Visitor, location},
};

/// A link that is good for ten minutes, as a path.
#[expect(clippy::disallowed_methods, reason = "EXPOSE: the test opens it")]
async fn link(app: &TestApp, read_only: bool) -> String {
    let link = SignInLink {
        scope: TenantScope::new(
            OrganizationId::new(ORGANIZATION).unwrap(),
            UserId::new(USER).unwrap(),
        ),
        roles: Roles::of(read_only.then_some(Role::ReadOnly)),
        expires_at: app.clock.now() + TimeDelta::minutes(10),
    };
    let base = PAGE_URL.parse().unwrap();
    let url = link.offer(app.sessions.as_ref(), &base).await.unwrap();
    url.expose_secret()
        .strip_prefix(PAGE_URL)
        .unwrap()
        .to_owned()
}

async fn a_link_is_good_once_even_when_many_open_it(app: TestApp) {
    let path = link(&app, false).await;
    let visitors = join_all((0..8).map(async |_| {
        let mut visitor = Visitor::new(&app);
        let to = location(&visitor.go(&path).await);
        (to, visitor)
    }))
    .await;
    let (lucky, late): (Vec<_>, Vec<_>) = visitors.iter().partition(|(to, _)| to == "/");
    assert_eq!((lucky.len(), late.len()), (1, 7));
    assert_eq!(lucky[0].1.session().await["user"], USER);
    for (to, visitor) in late {
        assert_eq!(to, "/?signIn=link");
        assert!(visitor.cookies.is_empty());
    }
    app.stop().await.unwrap();
}

on_both_databases!(a_link_is_good_once_even_when_many_open_it);

#[tokio::test(flavor = "multi_thread")]
async fn a_link_says_who_and_for_how_long() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app);
    let path = link(&app, true).await;
    app.clock
        .advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    // A program that looks at links before people do uses none up.
    let head = visitor.ask(Method::HEAD, &path).send().await;
    assert_eq!(
        (location(&head).as_str(), head.header("set-cookie")),
        ("/", "")
    );
    assert_eq!(location(&visitor.go(&path).await), "/");
    let session = visitor.session().await;
    assert_eq!(session["roles"], json!(["read_only"]));
    let end = app.clock.now() + TimeDelta::hours(12);
    assert_eq!(
        session["expiresAt"].as_str().unwrap()[..19],
        end.to_rfc3339()[..19]
    );

    let late = link(&app, false).await;
    app.clock.advance(TimeDelta::minutes(10));
    let mut other = Visitor::new(&app);
    assert_eq!(location(&other.go(&late).await), "/?signIn=link");
    for bad in ["", "?token=", "?token=x"] {
        let answer = other.go(&format!("/auth/link{bad}")).await;
        assert_eq!(location(&answer), "/?signIn=link");
    }
    other
        .go("/auth/link?token=x&token=y")
        .await
        .problem(400, "invalid-query");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_and_a_session_do_not_stand_in_for_each_other() {
    let app = TestApp::start().await;
    let path = link(&app, false).await;
    let token = path.rsplit_once('=').unwrap().1;
    let mut visitor = Visitor::new(&app);
    visitor.cookies.insert(SESSION.to_owned(), token.to_owned());
    assert!(visitor.session().await.is_null());
    visitor.cookies.clear();
    assert_eq!(location(&visitor.go(&path).await), "/");
    let cookie = visitor.cookies[SESSION].clone();
    let as_link = format!("/auth/link?token={cookie}");
    assert_eq!(
        location(&Visitor::new(&app).go(&as_link).await),
        "/?signIn=link"
    );
    app.stop().await.unwrap();
    let lines = logs::lines();
    assert!(!lines.contains(token) && !lines.contains(&cookie));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_the_session_that_the_browser_had() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::signed_in(&app).await;
    let before = visitor.at(&app);
    let path = link(&app, true).await;
    assert_eq!(location(&visitor.go(&path).await), "/");
    assert_eq!(visitor.session().await["roles"], json!(["read_only"]));
    assert!(before.session().await.is_null());
    // A link that leads to nothing ends nothing.
    assert_eq!(location(&visitor.go(&path).await), "/?signIn=link");
    assert!(visitor.session().await.is_object());
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_permission_no_link_is_good() {
    let database = TestDatabase::sqlite();
    let at = || Builder::new().database_at(database.url().to_owned());
    let app = at().start().await;
    let path = link(&app, false).await;
    let strict = at()
        .settings(|settings| settings.sign_in.as_mut().unwrap().links = false)
        .start()
        .await;
    Visitor::new(&strict)
        .go(&path)
        .await
        .problem(404, "not-found");
    strict.stop().await.unwrap();
    app.stop().await.unwrap();
}
