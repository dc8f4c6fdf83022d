//! What runs out, and how far ahead sellers are warned.

use chrono::TimeDelta;
use fluxori_test_support::providers::Decision;
use serde_json::{Value, json};

use crate::{app::TestApp, browser::Browser, on_both_databases};

on_both_databases!(sellers_are_warned_before_something_runs_out);

async fn warning(app: &TestApp, path: &str) -> Value {
    app.get(path).await.ok(200)["nextExpiry"]["warningDays"].clone()
}

async fn expiring(app: &TestApp, days: u16) -> usize {
    let listed = app.get(&format!("/api/connections?expiring={days}")).await;
    listed.ok(200)["items"].as_array().unwrap().len()
}

async fn sellers_are_warned_before_something_runs_out(app: TestApp) {
    let mut browser = Browser::new(&app);
    let arrival = browser.connect("amazon", &Decision::agree()).await;
    let path = format!("/api/connections/{}", arrival.connected()[0]);
    let shown = app.get(&path).await.ok(200);
    assert_eq!(shown["nextExpiry"]["kind"], "authorisation", "{shown}");
    assert_eq!(shown["nextExpiry"]["warningDays"], Value::Null);
    app.connect_takealot().await;
    assert_eq!(expiring(&app, 366).await, 1, "a key never runs out");
    assert_eq!(expiring(&app, 30).await, 0);
    for (days, warned) in [(335, 30), (358, 7), (364, 1), (366, 0)] {
        app.clock.advance(TimeDelta::days(days));
        assert_eq!(
            warning(&app, &path).await,
            json!(warned),
            "after {days} days"
        );
        assert_eq!(expiring(&app, 30).await, 1);
        app.clock.advance(TimeDelta::days(-days));
    }
    for bad in ["", "x", "-1", "367", "1.5"] {
        let refused = app.get(&format!("/api/connections?expiring={bad}")).await;
        refused.problem(400, "invalid-query");
    }
    app.stop().await.unwrap();
}
