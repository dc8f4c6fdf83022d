//! The fake of Google at the wire: what Google's own client would not do, or does not show.

use chrono::TimeDelta;
use fluxori_test_support::google::{Call, Fault, FaultRule, Limits, Order, Service};
use serde_json::json;

use super::world::Google;

const SECRETS: &str = "/v1/projects/fluxori-test/secrets";

#[test]
fn a_call_without_a_good_token_is_refused_before_all_else() {
    let google = Google::new();
    let missing = google.send("GET", SECRETS, &[], "");
    assert_eq!(
        (missing.refusal(), missing.reason().as_str()),
        ((401, "UNAUTHENTICATED".to_owned()), "CREDENTIALS_MISSING")
    );
    assert!(missing.head.contains("www-authenticate: bearer realm"));
    let unknown = google.send("GET", SECRETS, &[("authorization", "Bearer ya29.x")], "");
    assert_eq!(unknown.reason(), "ACCESS_TOKEN_TYPE_UNSUPPORTED");
    assert_eq!(google.call("GET", SECRETS, "").status, 200);
    google.clock.advance(TimeDelta::seconds(3600));
    assert_eq!(
        google.call("GET", SECRETS, "").reason(),
        "ACCESS_TOKEN_EXPIRED"
    );
}

#[test]
fn another_project_is_forbidden_whether_it_exists_or_not() {
    let google = Google::new();
    let refused = google.call("GET", "/v1/projects/elsewhere/secrets", "");
    assert_eq!(refused.refusal(), (403, "PERMISSION_DENIED".to_owned()));
    assert_eq!(refused.reason(), "IAM_PERMISSION_DENIED");
    let number = google.fake.project_number();
    assert_eq!(
        google
            .call("GET", &format!("/v1/projects/{number}/secrets"), "")
            .status,
        200
    );
}

#[test]
fn a_disabled_api_and_absent_billing_have_reasons_of_their_own() {
    let google = Google::new();
    google
        .fake
        .operate(Order::DisableService(Service::SecretManager));
    assert_eq!(google.call("GET", SECRETS, "").reason(), "SERVICE_DISABLED");
    let service = "/v1/projects/fluxori-test/services/secretmanager.googleapis.com";
    assert_eq!(google.call("GET", service, "").json()["state"], "DISABLED");
    google
        .fake
        .operate(Order::EnableService(Service::SecretManager));
    google.fake.operate(Order::DisableBilling);
    let refused = google.call("GET", SECRETS, "");
    assert_eq!(
        (refused.status, refused.reason().as_str()),
        (403, "BILLING_DISABLED")
    );
}

#[test]
fn a_minute_has_its_quota_and_says_when_to_come_back() {
    let google = Google::new();
    google.fake.limit(Some(Limits {
        write: 2,
        ..Limits::GOOGLE
    }));
    google.seed("one", &["a"]);
    let add = format!("{SECRETS}/one:addVersion");
    let body = r#"{"payload":{"data":"YQ=="}}"#;
    let refused = google.call("POST", &add, body);
    assert_eq!(
        (refused.refusal(), refused.reason().as_str()),
        (
            (429, "RESOURCE_EXHAUSTED".to_owned()),
            "RATE_LIMIT_EXCEEDED"
        )
    );
    assert!(
        refused.text.contains(r#""retryDelay":"60s""#),
        "{}",
        refused.text
    );
    assert_eq!(google.call("GET", SECRETS, "").status, 200);
    google.clock.advance(TimeDelta::seconds(60));
    assert_eq!(google.call("POST", &add, body).status, 200);
}

#[test]
fn what_google_cannot_read_is_refused() {
    let google = Google::new();
    google.seed("one", &["a"]);
    for (method, path, body) in [
        (
            "POST",
            "?secretId=two",
            r#"{"replication":{"automatic":{}},"colour":"red"}"#,
        ),
        (
            "POST",
            "?secretId=two",
            r#"{"replication":{"automatic":{},"userManaged":{}}}"#,
        ),
        (
            "POST",
            "?secretId=two",
            r#"{"replication":{"userManaged":{"replicas":[]}}}"#,
        ),
        (
            "POST",
            "?secretId=two",
            r#"{"labels":{"Kind":"x"},"replication":{"automatic":{}}}"#,
        ),
        ("POST", "?secretId=two", "{}"),
        ("POST", "?secretId=two", "{"),
        ("POST", "", r#"{"replication":{"automatic":{}}}"#),
        ("POST", "/one:addVersion", "{}"),
        ("POST", "/one:addVersion", r#"{"payload":{"data":""}}"#),
        ("POST", "/one:addVersion", r#"{"payload":{"data":"%%"}}"#),
        (
            "POST",
            "/one:addVersion",
            r#"{"payload":{"data":"YQ==","dataCrc32c":"x"}}"#,
        ),
        ("GET", "?pageSize=-1", ""),
        ("GET", "?pageSize=a", ""),
        ("GET", "?pageToken=a", ""),
        ("GET", "?page=2", ""),
        ("GET", "/one/versions/0", ""),
        ("GET", "/one/versions/newest", ""),
    ] {
        let refused = google.call(method, &format!("{SECRETS}{path}"), body);
        assert_eq!(
            refused.refusal(),
            (400, "INVALID_ARGUMENT".to_owned()),
            "{path} {body}"
        );
    }
    assert_eq!(google.fake.held(), (1, 1));
}

#[test]
fn an_address_that_google_does_not_have_is_a_page() {
    let google = Google::new();
    for path in [
        "/v1/secrets",
        "/v1/projects/fluxori-test/secrets/one/versions/1:open",
        "/v2/projects/p/secrets",
    ] {
        let page = google.call("GET", path, "");
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text.starts_with("<!doctype html>"), "{path}");
    }
}

#[test]
fn what_is_not_there_is_said_in_googles_words() {
    let google = Google::new();
    google.seed("one", &["a"]);
    google.seed("empty", &[]);
    let number = google.fake.project_number();
    for (path, message) in [
        (
            "two",
            format!("Secret [projects/{number}/secrets/two] not found."),
        ),
        (
            "two/versions/1:access",
            format!("Secret [projects/{number}/secrets/two] not found or has no versions."),
        ),
        (
            "empty/versions/latest",
            format!("Secret [projects/{number}/secrets/empty] not found or has no versions."),
        ),
        (
            "one/versions/2:access",
            format!("Secret Version [projects/{number}/secrets/one/versions/2] not found."),
        ),
    ] {
        let refused = google.call("GET", &format!("{SECRETS}/{path}"), "");
        assert_eq!(
            (refused.status, &refused.json()["error"]["message"]),
            (404, &json!(message))
        );
    }
}

#[test]
fn a_secret_made_again_starts_at_version_1() {
    let google = Google::new();
    google.seed("one", &["a", "b"]);
    assert_eq!(
        google.call("DELETE", &format!("{SECRETS}/one"), "").status,
        200
    );
    google.seed("one", &["c"]);
    let read = google
        .call("GET", &format!("{SECRETS}/one/versions/latest:access"), "")
        .json();
    assert!(read["name"].as_str().unwrap().ends_with("/versions/1"));
    assert_eq!(read["payload"]["data"], "Yw==");
}

#[test]
fn an_answer_is_lost_after_google_has_done_what_it_was_asked_for() {
    let google = Google::new();
    google.seed("one", &[]);
    let add = || {
        google.call(
            "POST",
            &format!("{SECRETS}/one:addVersion"),
            r#"{"payload":{"data":"YQ=="}}"#,
        )
    };
    let rule = |fault| {
        FaultRule::new(fault)
            .at(Call::AddSecretVersion)
            .on("secrets/one")
            .times(1)
    };
    for (fault, status, done) in [
        (Fault::AnswerLost, 0, 1),
        (Fault::Reset, 0, 0),
        (Fault::HalfBody, 200, 1),
        (Fault::Page(502), 502, 0),
        (Fault::PageAfter(502), 502, 1),
        (
            Fault::Refused(fluxori_test_support::google::Code::Unavailable),
            503,
            0,
        ),
        (
            Fault::RefusedAfter(fluxori_test_support::google::Code::Unavailable),
            503,
            1,
        ),
    ] {
        let before = google.fake.held().1;
        google.fake.inject(rule(fault));
        assert_eq!(add().status, status, "{fault:?}");
        assert_eq!(google.fake.held().1, before + done, "{fault:?}");
    }
    assert_eq!(add().status, 200);
}

#[test]
fn a_payload_corrupted_where_it_lies_does_not_match_its_checksum() {
    let google = Google::new();
    google.seed("one", &["a"]);
    let access = || {
        google
            .call("GET", &format!("{SECRETS}/one/versions/1:access"), "")
            .json()["payload"]
            .clone()
    };
    let good = access();
    google
        .fake
        .operate(Order::CorruptPayload("one".to_owned(), 1));
    let bad = access();
    assert_eq!(bad["dataCrc32c"], good["dataCrc32c"]);
    assert_ne!(bad["data"], good["data"]);
}

#[test]
fn another_process_orders_faults_and_deeds_and_counts() {
    let google = Google::new();
    google.seed("one", &["a"]);
    let order = |path: &str, body| {
        google.send("POST", &format!("/control/{path}"), &[], &format!("{body}"))
    };
    let fault =
        json!({"fault": "refused", "code": "UNAVAILABLE", "call": "list_secrets", "times": 1});
    assert_eq!(order("faults", fault).status, 200);
    assert_eq!(google.call("GET", SECRETS, "").status, 503);
    assert_eq!(google.call("GET", SECRETS, "").status, 200);
    let deed = json!({"do": "destroy-version", "secret": "one", "version": 1});
    assert_eq!(
        order("operator", deed.clone()).json(),
        json!({"done": true})
    );
    assert_eq!(order("operator", deed).json(), json!({"done": false}));
    let counts = google.send("GET", "/control/counts", &[], "").json();
    assert_eq!(
        (&counts["list_secrets"], &counts["create_secret"]),
        (&json!(2), &json!(1))
    );
    let secrets = google.send("GET", "/control/secrets", &[], "").json();
    assert_eq!(secrets["secrets"][0]["versions"], json!(["DESTROYED"]));
    assert_eq!(order("quotas", json!({"limits": "google"})).status, 200);
    for (path, body) in [
        ("faults", json!({"fault": "earthquake"})),
        ("faults", json!({"fault": "reset", "call": "x"})),
        ("operator", json!({"do": "dance"})),
        ("quotas", json!({"read": 1})),
    ] {
        assert_eq!(order(path, body.clone()).status, 400, "{body}");
    }
    assert_eq!(google.send("GET", "/control/x", &[], "").status, 404);
}
