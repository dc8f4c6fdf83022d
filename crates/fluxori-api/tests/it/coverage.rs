//! Walks the OpenAPI document: what it says of an operation must be so.

use fluxori_api::openapi;
use fluxori_test_support::providers::{Decision, keys, sign_shopify_body};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Builder, TestApp, USER, path_of, takealot},
    browser::Browser,
    document::{document, fits},
    exchange::{Answer, Ask},
    visitor::Visitor,
};

pub(crate) struct Operation {
    pub(crate) method: Method,
    path: String,
    description: Value,
}

impl Operation {
    fn is_public(&self) -> bool {
        self.description["security"] == json!([{}])
    }

    /// Whether a bearer token is of no use.
    fn is_for_the_page(&self) -> bool {
        self.description["security"] == json!([{"session": []}])
    }

    fn documents(&self, status: u16) -> bool {
        self.description["responses"][status.to_string()].is_object()
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    let document = document();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, description) in methods.as_object().unwrap() {
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                description: description.clone(),
            });
        }
    }
    assert_eq!(operations.len(), 30);
    operations
}

/// The operation on something that exists.
pub(crate) fn address(operation: &Operation, connection: &Value) -> String {
    operation
        .path
        .replace("{id}", connection["id"].as_str().unwrap())
        .replace("{slug}", "not-found")
        .replace("{marketplace}", "shopify")
        .replace("{file}", "index-4711.js")
}

pub(crate) fn with_body(ask: Ask, operation: &Operation) -> Ask {
    if !operation.description["requestBody"].is_object() {
        return ask;
    }
    if operation.path == "/api/webhooks/shopify" {
        let body = "{}";
        let signature = sign_shopify_body(body.as_bytes(), keys::SHOPIFY_CLIENT_SECRET);
        return ask
            .header("x-shopify-hmac-sha256", &signature)
            .header("x-shopify-topic", "customers/redact")
            .header("x-shopify-shop-domain", keys::SHOPIFY_SHOP)
            .header("x-shopify-webhook-id", "one")
            .header("x-shopify-triggered-at", "2026-11-23T10:00:00Z")
            .body(body);
    }
    ask.json(&match operation.method {
        Method::POST if operation.path.ends_with("/reauthorize") => json!({}),
        Method::POST if operation.path.ends_with("/transfer") => {
            json!({"fromUser": "leaver", "toUser": USER})
        }
        Method::POST if operation.path.ends_with("/authorize") => json!({"marketplace": "xero"}),
        Method::POST => takealot(keys::TAKEALOT_GOOD),
        Method::PATCH => json!({"label": "New"}),
        _ => json!({"credentials": {"apiKey": keys::TAKEALOT_GOOD}}),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_as_documented() {
    for operation in operations() {
        let app = TestApp::start().await;
        let connection = if operation.path.ends_with("/reauthorize") {
            let mut browser = Browser::new(&app);
            let arrival = browser.connect("shopify", &Decision::agree()).await;
            json!({"id": arrival.connected()[0]})
        } else {
            app.connect_untested(1).await
        };
        let address = address(&operation, &connection);
        let ask = if operation.is_for_the_page() {
            let visitor = Visitor::signed_in(&app).await;
            visitor.page_asks(operation.method.clone(), &address).await
        } else {
            app.as_admin(operation.method.clone(), &address)
        };
        let answer = with_body(ask, &operation).send().await;
        assert!(
            answer.status.is_success() || answer.status == 303,
            "{}: {answer:?}",
            operation.name()
        );
        assert!(
            operation.documents(answer.status.as_u16()),
            "{}",
            operation.name()
        );
        check_body(&operation, &answer);
        app.stop().await.unwrap();
    }
}

/// The type of the body, and its fields where it is an object.
fn check_body(operation: &Operation, answer: &Answer) {
    if answer.text.is_empty() {
        return;
    }
    let status = answer.status.as_u16().to_string();
    let content = &operation.description["responses"][status]["content"];
    let sent = answer.header("content-type").split(';').next().unwrap();
    let schema = &content[sent]["schema"];
    assert!(schema.is_object(), "{} sends {sent}", operation.name());
    if schema["$ref"].is_string() {
        let fits = fits(&document(), schema, &answer.json());
        assert_eq!(fits, Ok(()), "{}", operation.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_but_the_public_ones_refuses_who_is_not_logged_in() {
    let app = Builder::new()
        .settings(|settings| settings.login_failures_per_minute = 1_000)
        .start()
        .await;
    let connection = app.connect_untested(1).await;
    let mut refused = 0;
    for operation in operations() {
        let address = address(&operation, &connection);
        let answer = with_body(app.ask(operation.method.clone(), &address), &operation)
            .send()
            .await;
        if operation.is_public() {
            assert!(
                [200, 303].contains(&answer.status.as_u16()),
                "{}",
                operation.name()
            );
            continue;
        }
        answer.problem(401, "login-required");
        assert!(operation.documents(401), "{}", operation.name());
        let bad = app.ask(operation.method.clone(), &address).token("a.b.c");
        let kind = if operation.is_for_the_page() {
            "login-required"
        } else {
            "invalid-token"
        };
        bad.send().await.problem(401, kind);
        refused += 1;
    }
    assert_eq!(refused, 15);
    let untouched = app.get(&path_of(&connection, "")).await.ok(200);
    assert_eq!(untouched["version"], 1);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn common_refusals_are_documented_where_they_happen() {
    let app = Builder::new()
        .settings(|settings| {
            settings.requests_burst = 500;
            settings.login_failures_per_minute = 1_000;
        })
        .start()
        .await;
    let missing = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057"});
    for operation in operations() {
        if operation.is_public() || operation.is_for_the_page() {
            continue;
        }
        let address = address(&operation, &missing);
        let ask = |path: &str| app.as_admin(operation.method.clone(), path);
        let mut answers = vec![
            with_body(ask(&format!("{address}?odd=1")), &operation)
                .send()
                .await,
        ];
        if operation.path.contains("{id}") {
            answers.push(with_body(ask(&address), &operation).send().await);
            answers[1].problem(404, "not-found");
        }
        if operation.description["requestBody"].is_object() {
            answers.push(ask(&address).body("{").send().await);
            answers.push(ask(&address).json(&json!({"odd": 1})).send().await);
            answers.push(ask(&address).send().await);
            answers.push(ask(&address).body("x".repeat(70_000)).send().await);
        }
        for answer in &answers {
            assert!(
                answer.status.is_client_error(),
                "{}: {answer:?}",
                operation.name()
            );
            assert!(
                operation.documents(answer.status.as_u16()),
                "{}: {answer:?}",
                operation.name()
            );
        }
        for status in [401, 403, 429, 503] {
            assert!(
                operation.documents(status),
                "{} and {status}",
                operation.name()
            );
        }
    }
    app.stop().await.unwrap();
}

#[test]
fn every_problem_response_is_a_problem_document() {
    for operation in operations() {
        for (status, response) in operation.description["responses"].as_object().unwrap() {
            let content = response["content"].as_object();
            let is_problem = content.is_some_and(|types| {
                types.contains_key("application/problem+json") && types.len() == 1
            });
            assert_eq!(
                status.as_str() >= "400",
                is_problem,
                "{} {status}",
                operation.name()
            );
        }
    }
}

#[test]
fn the_document_is_openapi_3_1_under_our_own_title() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["info"]["title"], "Fluxori connections");
    for operation in operations() {
        assert!(
            operation.description["summary"].is_string(),
            "{}",
            operation.name()
        );
        assert!(
            operation.description["operationId"].is_string(),
            "{}",
            operation.name()
        );
    }
    let connection = &document["components"]["schemas"]["Connection"]["properties"];
    assert_eq!(connection["createdAt"]["format"], "date-time");
    assert!(openapi().ends_with("}\n"));
}
