use reqwest::Method;

use crate::app::{Builder, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_has_to_wait_and_others_do_not() {
    let app = Builder::new()
        .settings(|settings| {
            settings.requests_per_minute = 1;
            settings.requests_burst = 3;
        })
        .start()
        .await;
    for left in ["2", "1", "0"] {
        let answer = app.get("/api/connections").await;
        answer.ok(200);
        assert_eq!(answer.header("ratelimit"), format!("\"caller\";r={left}"));
        assert_eq!(answer.header("ratelimit-policy"), "\"caller\";q=3;w=180");
    }
    let answer = app.get("/api/connections").await;
    answer.problem(429, "too-many-requests");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(answer.header("ratelimit").starts_with("\"caller\";r=0;t="));

    let other = app.token_of("seller-2", "org-1");
    app.ask(Method::GET, "/api/connections")
        .token(&other)
        .send()
        .await
        .ok(200);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_logins_are_counted_by_address_and_harm_nobody_who_is_logged_in() {
    let app = Builder::new()
        .settings(|settings| settings.login_failures_per_minute = 2)
        .start()
        .await;
    let fail = async |app: &TestApp| {
        app.ask(Method::GET, "/api/connections")
            .token("x.y.z")
            .send()
            .await
    };
    fail(&app).await.problem(401, "invalid-token");
    fail(&app).await.problem(401, "invalid-token");
    let refused = fail(&app).await;
    refused.problem(429, "too-many-requests");
    assert!(!refused.header("retry-after").is_empty());
    app.get("/api/connections").await.ok(200);
    app.stop().await.unwrap();
}
