//! Who may do what: every route of the document for every kind of caller.

use std::collections::BTreeMap;

use fluxori_test_support::providers::keys;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Builder, ORGANIZATION, TestApp, USER, path_of},
    coverage::{address, operations, with_body},
    exchange::{Answer, Ask},
    on_both_databases, tokens,
    visitor::{Visitor, seller},
};

/// A user, an organization and the role that the token names.
type Who = (&'static str, &'static str, Option<&'static str>);

/// The columns of the table: who asks, as which user of which organization, with which role. The connection is the usual
/// user's.
const CALLERS: [(&str, Option<Who>); 9] = [
    ("nobody", None),
    ("owner", Some((USER, ORGANIZATION, None))),
    (
        "owner, read-only",
        Some((USER, ORGANIZATION, Some("viewer"))),
    ),
    (
        "owner, service",
        Some((USER, ORGANIZATION, Some("service"))),
    ),
    (
        "colleague",
        Some(("colleague", ORGANIZATION, Some("member"))),
    ),
    ("admin", Some(("admin", ORGANIZATION, Some("org_admin")))),
    ("auditor", Some(("auditor", ORGANIZATION, Some("auditor")))),
    ("stranger", Some((USER, "org-2", None))),
    ("strange admin", Some(("admin", "org-2", Some("org_admin")))),
];

/// What each of them meets at a route: `+` is let through, `-` is refused for its role, `?` finds nothing there, `!` has to
/// log in first. In the order of [`CALLERS`].
fn table() -> BTreeMap<&'static str, &'static str> {
    const OPEN: &str = "+++++++++";
    const OWN_LOOK: &str = "!++-++-++";
    const OWN_CHANGE: &str = "!+--++-++";
    const ONE_LOOK: &str = "!++-?+-??";
    const ONE_CHANGE: &str = "!+--?+-??";
    BTreeMap::from([
        ("GET /", OPEN),
        ("GET /assets/{file}", OPEN),
        ("GET /favicon.svg", OPEN),
        ("GET /auth/session", OPEN),
        ("GET /auth/sign-in", OPEN),
        ("GET /auth/callback", OPEN),
        ("GET /auth/link", OPEN),
        ("GET /livez", OPEN),
        ("GET /readyz", OPEN),
        ("GET /api/docs", OPEN),
        ("GET /api/openapi.json", OPEN),
        ("GET /problems/{slug}", OPEN),
        ("GET /api/oauth/{marketplace}/callback", OPEN),
        ("GET /api/oauth/{marketplace}/start", OPEN),
        ("POST /api/webhooks/shopify", OPEN),
        // For people who are signed in to the page: no token is of use.
        ("POST /auth/sign-out", "!!!!!!!!!"),
        ("GET /api/marketplaces", OWN_LOOK),
        ("GET /api/connections", OWN_LOOK),
        ("GET /api/connections/summary", OWN_LOOK),
        ("GET /api/connections/{id}", ONE_LOOK),
        ("POST /api/connections", OWN_CHANGE),
        ("POST /api/connections/authorize", OWN_CHANGE),
        ("PATCH /api/connections/{id}", ONE_CHANGE),
        ("DELETE /api/connections/{id}", ONE_CHANGE),
        ("PUT /api/connections/{id}/credentials", ONE_CHANGE),
        ("POST /api/connections/{id}/test", ONE_CHANGE),
        ("POST /api/connections/{id}/reauthorize", ONE_CHANGE),
        ("POST /api/connections/transfer", "!----+--+"),
        ("GET /api/connections/{id}/events", "!++-?++??"),
        ("GET /api/events", "!----++-+"),
    ])
}

fn met(answer: &Answer) -> char {
    match answer.status.as_u16() {
        401 => '!',
        404 => '?',
        403 => {
            answer.problem(403, "forbidden");
            '-'
        }
        _ => '+',
    }
}

async fn roomy() -> TestApp {
    let builder = Builder::new().settings(|settings| {
        settings.requests_burst = 10_000;
        settings.login_failures_per_minute = 10_000;
    });
    builder.start().await
}

/// A request of a user with this role.
fn ask_as(app: &TestApp, who: Who, method: Method, path: &str) -> Ask {
    let (user, organization, role) = who;
    let mut claims = tokens::claims(user, organization, fluxori_domain::Clock::now(&*app.clock));
    if let Some(role) = role {
        claims["role"] = json!(role);
    }
    app.ask(method, path)
        .token(&tokens::hs256(tokens::SECRET, &claims))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_whom_the_table_says() {
    let app = roomy().await;
    let mut table = table();
    let mut number = 0;
    for operation in operations() {
        let name = operation.name();
        let expected = table
            .remove(name.as_str())
            .unwrap_or_else(|| panic!("{name} is not in the table: who may use it?"));
        let mut found = String::new();
        for (_, who) in CALLERS {
            number += 1;
            let connection = app.connect_untested(number).await;
            let path = address(&operation, &connection);
            let ask = match who {
                None => app.ask(operation.method.clone(), &path),
                Some(who) => ask_as(&app, who, operation.method.clone(), &path),
            };
            let answer = with_body(ask, &operation).send().await;
            assert!(!answer.status.is_server_error(), "{name}: {answer:?}");
            found.push(met(&answer));
        }
        assert_eq!(
            found,
            expected,
            "{name} for {:?}",
            CALLERS.map(|(name, _)| name)
        );
    }
    assert!(table.is_empty(), "no such routes: {table:?}");
    app.stop().await.unwrap();
}

const ADMIN: Who = ("admin", ORGANIZATION, Some("org_admin"));
const AUDITOR: Who = ("auditor", ORGANIZATION, Some("auditor"));
const COLLEAGUE: Who = ("colleague", ORGANIZATION, None);
const STRANGE_ADMIN: Who = ("admin", "org-2", Some("org_admin"));

async fn get_as(app: &TestApp, who: Who, path: &str) -> Answer {
    ask_as(app, who, Method::GET, path).send().await
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

async fn an_admin_has_everybodys_connections_in_hand(app: TestApp) {
    let theirs = app.connect_takealot().await;
    let mut body = crate::app::takealot(keys::TAKEALOT_GOOD);
    body["verify"] = json!("skip");
    let own = ask_as(&app, ADMIN, Method::POST, "/api/connections")
        .json(&body)
        .send()
        .await
        .ok(201);
    let (theirs_id, own_id) = (theirs["id"].as_str().unwrap(), own["id"].as_str().unwrap());

    let list = async |query: &'static str| {
        let path = format!("/api/connections{query}");
        get_as(&app, ADMIN, &path).await.ok(200)
    };
    assert_eq!(ids(&list("").await), [own_id]);
    assert_eq!(ids(&list("?user=*").await), [own_id, theirs_id]);
    assert_eq!(ids(&list("?user=seller-1").await), [theirs_id]);
    let first = list("?user=*&limit=1").await;
    assert_eq!(ids(&first), [own_id]);
    let cursor = first["nextCursor"].as_str().unwrap();
    let path = format!("/api/connections?user=*&cursor={cursor}");
    assert_eq!(ids(&get_as(&app, ADMIN, &path).await.ok(200)), [theirs_id]);
    let page = get_as(&app, STRANGE_ADMIN, "/api/connections?user=*").await;
    assert!(ids(&page.ok(200)).is_empty());
    for asked in ["*", "seller-1"] {
        let path = format!("/api/connections?user={asked}");
        get_as(&app, COLLEAGUE, &path)
            .await
            .problem(403, "forbidden");
    }
    let path = "/api/connections?user=colleague";
    assert!(ids(&get_as(&app, COLLEAGUE, path).await.ok(200)).is_empty());

    let renamed = ask_as(&app, ADMIN, Method::PATCH, &path_of(&theirs, ""))
        .json(&json!({"label": "In good hands"}))
        .send()
        .await
        .ok(200);
    assert_eq!(
        (&renamed["user"], &renamed["label"]),
        (&json!(USER), &json!("In good hands"))
    );
    // The owner and the auditor read who it was.
    let events = path_of(&theirs, "/events");
    for page in [app.get(&events).await, get_as(&app, AUDITOR, &events).await] {
        let page = page.ok(200);
        assert_eq!(page["items"][0]["kind"], "connection.changed");
        assert_eq!(page["items"][0]["actor"], "admin");
        assert_eq!(page["items"][0]["user"], USER);
        assert_eq!(page["items"][1]["actor"], Value::Null);
    }
    app.stop().await.unwrap();
}

async fn an_auditor_reads_what_happened_to_anybody(app: TestApp) {
    let connection = app.connect_takealot().await;
    let id = connection["id"].as_str().unwrap();
    app.as_seller(Method::DELETE, &path_of(&connection, ""))
        .send()
        .await
        .ok(200);
    let kinds = |page: &Value| {
        let items = page["items"].as_array().unwrap();
        let kinds = items
            .iter()
            .map(|event| event["kind"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    let all = [
        "credential.destroyed",
        "connection.deleted",
        "connection.created",
    ];
    for path in [
        "/api/events".to_owned(),
        format!("/api/events?user={USER}"),
        format!("/api/events?connection={id}&user={USER}"),
        path_of(&connection, "/events"),
    ] {
        let page = get_as(&app, AUDITOR, &path).await.ok(200);
        assert_eq!(kinds(&page), all, "{path}");
        assert_eq!(page["items"][0]["connectionId"], id);
    }
    // Its owner has no such connection any more.
    app.get(&path_of(&connection, "/events"))
        .await
        .problem(404, "not-found");
    let page = get_as(&app, AUDITOR, "/api/events?limit=2").await.ok(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    let rest = get_as(&app, AUDITOR, &format!("/api/events?cursor={cursor}")).await;
    assert_eq!(kinds(&rest.ok(200)), all[2..]);
    for path in [
        "/api/events?user=colleague",
        "/api/events?connection=01890a5d-ac96-774b-bcce-b302099a8057",
    ] {
        assert!(kinds(&get_as(&app, AUDITOR, path).await.ok(200)).is_empty());
    }
    let page = get_as(&app, STRANGE_ADMIN, "/api/events").await.ok(200);
    assert!(kinds(&page).is_empty(), "another organization");
    get_as(&app, AUDITOR, "/api/events?connection=1")
        .await
        .problem(400, "invalid-query");
    app.stop().await.unwrap();
}

async fn the_page_keeps_the_roles_of_the_sign_in(app: TestApp) {
    let connection = app.connect_takealot().await;
    let person =
        fluxori_test_support::identity::Person::new("auditor", ORGANIZATION).role("auditor");
    let auditor = Visitor::signed_in_as(&app, &person).await;
    let session = auditor.session().await;
    assert_eq!(session["roles"], json!(["auditor"]));
    for (path, status) in [("/api/events", 200), ("/api/connections", 403)] {
        let answer = auditor.page_asks(Method::GET, path).await.send().await;
        assert_eq!(answer.status, status, "{path}");
    }
    let person =
        fluxori_test_support::identity::Person::new("admin", ORGANIZATION).role("org_admin");
    let admin = Visitor::signed_in_as(&app, &person).await;
    let path = path_of(&connection, "");
    let shown = admin
        .page_asks(Method::GET, &path)
        .await
        .send()
        .await
        .ok(200);
    assert_eq!(shown["user"], USER);
    let usual = Visitor::signed_in_as(&app, &seller()).await;
    assert_eq!(usual.session().await["roles"], json!(["member"]));
    app.stop().await.unwrap();
}

on_both_databases!(
    an_admin_has_everybodys_connections_in_hand,
    an_auditor_reads_what_happened_to_anybody,
    the_page_keeps_the_roles_of_the_sign_in,
);

#[tokio::test(flavor = "multi_thread")]
async fn an_adapters_token_is_told_what_it_is_for() {
    let app = TestApp::start().await;
    let who = (USER, ORGANIZATION, Some("service"));
    let problem = get_as(&app, who, "/api/connections").await;
    let detail = problem.problem(403, "forbidden")["detail"].clone();
    assert!(detail.as_str().unwrap().contains("library"), "{detail}");
    app.stop().await.unwrap();
}
