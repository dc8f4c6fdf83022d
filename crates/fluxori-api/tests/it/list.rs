use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Builder, TestApp},
    on_both_databases,
};

on_both_databases!(pages_hold_every_connection_once, filters_narrow_the_list);

async fn pages_hold_every_connection_once(app: TestApp) {
    for number in 0..5 {
        app.connect_untested(number).await;
    }
    let mut labels = Vec::new();
    let mut path = "/api/connections?limit=2".to_owned();
    let mut pages = 0;
    loop {
        let page = app.get(&path).await.ok(200);
        pages += 1;
        for item in page["items"].as_array().unwrap() {
            labels.push(item["label"].as_str().unwrap().to_owned());
        }
        match page["nextCursor"].as_str() {
            Some(cursor) => path = format!("/api/connections?cursor={cursor}&limit=2"),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    labels.sort();
    assert_eq!(labels, ["Shop 0", "Shop 1", "Shop 2", "Shop 3", "Shop 4"]);
    app.stop().await.unwrap();
}

async fn filters_narrow_the_list(app: TestApp) {
    app.connect_untested(1).await;
    app.connect_takealot().await;
    let statuses = async |query: &str| {
        let page = app.get(&format!("/api/connections{query}")).await.ok(200);
        let items = page["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(statuses("").await.len(), 2);
    assert_eq!(statuses("?status=pending").await, ["pending"]);
    assert_eq!(statuses("?status=connected").await, ["connected"]);
    assert_eq!(statuses("?marketplace=takealot").await.len(), 2);
    assert_eq!(statuses("?marketplace=xero").await.len(), 0);
    assert_eq!(
        statuses("?marketplace=takealot&status=connected&limit=100").await,
        ["connected"]
    );
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_not_understood_is_refused() {
    let app = TestApp::start().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e1", "limit"),
        ("limit=", "limit"),
        ("limit=5&limit=5", "limit"),
        ("cursor=abc", "cursor"),
        ("cursor=", "cursor"),
        ("marketplace=ebay", "marketplace"),
        ("marketplace=takealot%00", "marketplace"),
        ("marketplace=tаkealot", "marketplace"), // Cyrillic а
        ("status=Connected", "status"),
        ("status=connected,expired", "status"),
        ("user=", "user"),
        ("user=seller-1&user=seller-1", "user"),
    ] {
        let answer = app.get(&format!("/api/connections?{query}")).await;
        let problem = answer.problem(400, "invalid-query");
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
    for query in ["lim=5", "limit=5&x=", "owner=seller-2", "%FF=1", "=1"] {
        let answer = app.get(&format!("/api/connections?{query}")).await;
        let problem = answer.problem(400, "invalid-query");
        assert_eq!(problem.get("errors"), None, "{query}");
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn marketplaces_describe_their_forms() {
    let app = Builder::new().without_applications().start().await;
    let list = app.get("/api/marketplaces").await.ok(200);
    let names: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["marketplace"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["takealot", "amazon", "shopify", "xero"]);
    let key = &list["items"][0]["authKinds"][0]["fields"][0];
    let help = |item: &Value| item["authKinds"][0]["helpUrl"].clone();
    assert_eq!(help(&list["items"][0]), "https://seller.takealot.com/");
    assert_eq!(help(&list["items"][1]), Value::Null);
    assert_eq!(key["name"], "apiKey");
    assert_eq!(key["kind"], "secret");
    assert_eq!(key["required"], true);
    let amazon = &list["items"][1]["authKinds"][0];
    assert_eq!(amazon["configured"], false);
    assert!(!amazon["missingSettings"].as_array().unwrap().is_empty());
    let methods = |item: &Value| -> Vec<String> {
        let kinds = item["authKinds"].as_array().unwrap().iter();
        let mut methods: Vec<_> = kinds
            .map(|kind| kind["method"].as_str().unwrap().to_owned())
            .collect();
        methods.sort();
        methods
    };
    assert_eq!(methods(&list["items"][0]), ["form"]);
    for item in &list["items"].as_array().unwrap()[1..] {
        assert_eq!(methods(item), ["consent", "form"]);
    }
    app.as_seller(Method::GET, "/api/marketplaces?x=1")
        .send()
        .await
        .problem(400, "invalid-query");
    assert_eq!(list["items"][0]["name"], json!("Takealot"));
    app.stop().await.unwrap();
}
