//! Connections of somebody who leaves.

use std::time::Duration;

use fluxori_connections::ReadRequest;
use fluxori_domain::{
    Caller, Marketplace, OrganizationId, ServiceName, TenantScope, UserId, ports::Selector,
};
use fluxori_test_support::providers::{Decision, keys};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{ORGANIZATION, TestApp, USER, path_of, takealot},
    browser::Browser,
    exchange::Answer,
    on_both_databases, tokens,
};

const HEIR: &str = "heir";

async fn as_admin(app: &TestApp, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let now = fluxori_domain::Clock::now(&*app.clock);
    let mut claims = tokens::claims("admin", ORGANIZATION, now);
    claims["role"] = json!("org_admin");
    let ask = app
        .ask(method, path)
        .token(&tokens::hs256(tokens::SECRET, &claims));
    match body {
        Some(body) => ask.json(body).send().await,
        None => ask.send().await,
    }
}

async fn hand_over(app: &TestApp, connections: Option<&[&str]>) -> Vec<Value> {
    let mut body = json!({"fromUser": USER, "toUser": HEIR});
    if let Some(connections) = connections {
        body["connectionIds"] = json!(connections);
    }
    let answer = as_admin(app, Method::POST, "/api/connections/transfer", Some(&body)).await;
    let answer = answer.ok(200);
    answer["items"].as_array().unwrap().clone()
}

fn results(items: &[Value]) -> Vec<&str> {
    let results = items.iter().map(|item| item["result"].as_str().unwrap());
    results.collect()
}

/// What an adapter of this user gets at a marketplace, if anything.
async fn key_of(app: &TestApp, user: &str, marketplace: Marketplace) -> Option<String> {
    let caller = Caller {
        scope: TenantScope::new(
            OrganizationId::new(ORGANIZATION).unwrap(),
            UserId::new(user).unwrap(),
        ),
        actor: None,
        service: ServiceName::new("adapter").unwrap(),
        request_id: None,
    };
    let request = ReadRequest {
        marketplace,
        selector: Selector::Default,
        purpose: None,
        minimum_validity: Duration::ZERO,
    };
    let read = app.connections.read_credential(&caller, request).await;
    read.ok().map(|live| live.connection.to_string())
}

async fn a_leavers_connections_become_another_users(app: TestApp) {
    let connection = app.connect_takealot().await;
    let mut browser = Browser::new(&app);
    browser
        .connect("xero", &Decision::agree())
        .await
        .connected();
    let id = connection["id"].as_str().unwrap();

    let items = hand_over(&app, None).await;
    assert_eq!(results(&items), ["transferred"; 3]);
    app.get(&path_of(&connection, ""))
        .await
        .problem(404, "not-found");
    let list = app.get("/api/connections").await.ok(200);
    assert_eq!(list["items"], json!([]));

    let path = "/api/connections?user=heir";
    let theirs = as_admin(&app, Method::GET, path, None).await.ok(200);
    let theirs = theirs["items"].as_array().unwrap();
    assert_eq!(theirs.len(), 3);
    let defaults = theirs.iter().filter(|one| one["isDefault"] == true);
    assert_eq!(defaults.count(), 2, "one a marketplace");
    // The secrets open as they are, and the tests reach the accounts.
    for one in theirs {
        let tested = as_admin(&app, Method::POST, &path_of(one, "/test"), None).await;
        assert_eq!(tested.ok(200)["test"]["outcome"], "ok", "{one}");
    }
    let read = key_of(&app, HEIR, Marketplace::Takealot).await;
    assert_eq!(read.as_deref(), Some(id));
    assert_eq!(key_of(&app, USER, Marketplace::Takealot).await, None);

    // Both histories tell of it, and by whom.
    let path = format!("/api/events?connection={id}&limit=100");
    let events = as_admin(&app, Method::GET, &path, None).await.ok(200);
    let told: Vec<_> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["actor"] == "admin" && event["kind"] != "connection.tested")
        .map(|event| {
            (
                event["kind"].as_str().unwrap(),
                event["user"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told.len(), 2, "{events}");
    assert!(told.contains(&("connection.given_away", USER)));
    assert!(told.contains(&("connection.taken_over", HEIR)));

    // Again: there is nothing left to do.
    assert!(hand_over(&app, None).await.is_empty());
    assert_eq!(
        results(&hand_over(&app, Some(&[id])).await),
        ["already_there"]
    );
    app.stop().await.unwrap();
}

async fn what_cannot_go_stays_and_says_why(app: TestApp) {
    let connection = app.connect_takealot().await;
    let id = connection["id"].as_str().unwrap();
    let own = app
        .ask(Method::POST, "/api/connections")
        .token(&app.token_of(HEIR, ORGANIZATION))
        .json(&takealot(keys::TAKEALOT_GOOD))
        .send()
        .await
        .ok(201);
    let mut browser = Browser::new(&app);
    let xero = browser.connect("xero", &Decision::agree()).await;
    let [first, second] = xero.connected()[..] else {
        panic!("{xero:?}");
    };
    let nobodys = "01890a5d-ac96-774b-bcce-b302099a8057";
    let items = hand_over(&app, Some(&[id, first, nobodys])).await;
    let of = |id: &str| {
        let item = items.iter().find(|item| item["connectionId"] == id);
        item.unwrap().clone()
    };
    assert_eq!(of(id)["result"], "already_connected");
    assert_eq!(of(id)["existing"], own["id"]);
    assert_eq!(of(first)["result"], "shared_consent");
    assert_eq!(of(first)["with"], json!([second]));
    assert_eq!(of(nobodys)["result"], "not_found");
    let list = app.get("/api/connections").await.ok(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    assert_eq!(
        app.get(&path_of(&connection, "")).await.ok(200)["version"],
        1
    );

    // Named together, they go together.
    let items = hand_over(&app, Some(&[second, first])).await;
    assert_eq!(results(&items), ["transferred"; 2]);
    app.stop().await.unwrap();
}

on_both_databases!(
    a_leavers_connections_become_another_users,
    what_cannot_go_stays_and_says_why,
);

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_name_of_a_transfer_is_reported_at_once() {
    let app = TestApp::start().await;
    let path = "/api/connections/transfer";
    for (body, fields) in [
        (
            json!({"fromUser": "", "toUser": "b\n"}),
            json!(["fromUser", "toUser"]),
        ),
        (json!({"fromUser": "a", "toUser": "a"}), json!(["toUser"])),
        (
            json!({"fromUser": "a", "toUser": "b", "connectionIds": ["1"]}),
            json!(["connectionIds"]),
        ),
    ] {
        let answer = as_admin(&app, Method::POST, path, Some(&body)).await;
        let problem = answer.problem(422, "validation-failed");
        let errors = problem["errors"].as_array().unwrap();
        let named: Vec<_> = errors.iter().map(|error| error["field"].clone()).collect();
        assert_eq!(json!(named), fields, "{body}");
    }
    app.stop().await.unwrap();
}
