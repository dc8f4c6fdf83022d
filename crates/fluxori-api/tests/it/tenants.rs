//! A connection of somebody else is not there.

use reqwest::Method;
use serde_json::json;

use crate::{
    app::{TestApp, path_of},
    on_both_databases,
};

/// A connection that never existed.
const NOBODYS: &str = "/api/connections/01890a5d-ac96-774b-bcce-b302099a8057";

on_both_databases!(a_foreign_connection_answers_like_one_that_never_was);

async fn a_foreign_connection_answers_like_one_that_never_was(app: TestApp) {
    let foreign = path_of(&app.connect_takealot().await, "");
    for (user, organization) in [
        ("seller-2", "org-1"),
        ("seller-1", "org-2"),
        ("org-1", "seller-1"),
    ] {
        let token = app.token_of(user, organization);
        for (method, below, body) in [
            (Method::GET, "", None),
            (Method::GET, "/events", None),
            (Method::POST, "/test", None),
            (Method::POST, "/reauthorize", Some(json!({}))),
            (Method::PATCH, "", Some(json!({"label": "Mine"}))),
            (
                Method::PUT,
                "/credentials",
                Some(json!({"credentials": {"apiKey": "canary-x"}})),
            ),
            (Method::DELETE, "", None),
        ] {
            let ask = async |path: &str| {
                let mut ask = app
                    .ask(method.clone(), &format!("{path}{below}"))
                    .token(&token)
                    .header("x-request-id", "same");
                if let Some(body) = &body {
                    ask = ask.json(body);
                }
                let answer = ask.send().await;
                answer.problem(404, "not-found");
                let mut headers = answer.headers.clone();
                // What is left of the caller's allowance differs between any two requests.
                for varying in ["date", "ratelimit"] {
                    headers.remove(varying);
                }
                (answer.text, headers)
            };
            assert_eq!(ask(&foreign).await, ask(NOBODYS).await, "{method} {below}");
        }
        let list = app
            .ask(Method::GET, "/api/connections")
            .token(&token)
            .send()
            .await
            .ok(200);
        assert_eq!(list["items"], json!([]));
    }
    assert_eq!(app.get(&foreign).await.ok(200)["version"], 1, "untouched");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_id_is_not_there_either() {
    let app = TestApp::start().await;
    let id = app.connect_takealot().await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let simple = id.replace('-', "");
    for odd in [
        "1",
        "..%2f..%2fetc",
        "%00",
        "01890a5d-ac96-774b-bcce-b302099a805g",
        simple.as_str(),
        &format!("{{{id}}}"),
        &format!("urn:uuid:{id}"),
        &format!("{id}%20"),
        &format!("{id}/"),
    ] {
        let answer = app.get(&format!("/api/connections/{odd}")).await;
        answer.problem(404, "not-found");
    }
    app.stop().await.unwrap();
}
