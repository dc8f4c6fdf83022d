//! Everything that is logged while the tests run is kept and searched for secrets.

use std::{
    io,
    sync::{Mutex, Once, PoisonError},
};

use fluxori_test_support::providers::canary;
use reqwest::Method;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::app::TestApp;

static LINES: Mutex<String> = Mutex::new(String::new());

/// Starts to keep what our own crates and the framework log, down to details.
pub(crate) fn capture() {
    static START: Once = Once::new();
    START.call_once(|| {
        tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("debug,fluxori=trace"))
            .with_ansi(false)
            .with_writer(Keeper)
            .init();
    });
}

/// Fails when a secret was logged so far, by any test.
pub(crate) fn assert_clean() {
    let lines = lines();
    for marker in canary::MARKERS {
        let found = lines.lines().find(|line| line.contains(marker));
        assert!(found.is_none(), "a secret was logged: {found:?}");
    }
}

/// Everything that was logged so far.
pub(crate) fn lines() -> String {
    LINES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

struct Keeper;

impl io::Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Keeper {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        Self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_logged_by_its_route_and_without_its_query_or_token() {
    let app = TestApp::start().await;
    let token = app.token_of("seller-1", "org-1");
    app.ask(Method::GET, "/api/connections?limit=7&cursor=q-4711")
        .token(&token)
        .header("x-request-id", "log-test-1")
        .send()
        .await
        .problem(400, "invalid-query");
    let missing = "/api/connections/01890a5d-ac96-774b-bcce-b302099a8057";
    app.ask(Method::GET, missing)
        .token(&token)
        .header("x-request-id", "log-test-2")
        .send()
        .await
        .problem(404, "not-found");
    app.stop().await.unwrap();

    let lines = lines();
    let of = |id: &str| {
        let answered = lines
            .lines()
            .find(|line| line.contains(id) && line.contains("answered"));
        answered
            .unwrap_or_else(|| panic!("{id} was not logged"))
            .to_owned()
    };
    let first = of("log-test-1");
    for part in [
        "method=GET",
        "route=\"/api/connections\"",
        "status=400",
        "latency_us=",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    let second = of("log-test-2");
    assert!(
        second.contains("route=\"/api/connections/{id}\""),
        "{second}"
    );
    for secret in ["q-4711", token.as_str(), "Bearer ey"] {
        assert!(!lines.contains(secret), "{secret} was logged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_whole_life_is_logged() {
    let app = TestApp::start().await;
    let connection = app.connect_takealot().await;
    app.as_seller(Method::POST, &crate::app::path_of(&connection, "/test"))
        .send()
        .await
        .ok(200);
    app.as_seller(Method::DELETE, &crate::app::path_of(&connection, ""))
        .send()
        .await
        .ok(200);
    app.stop().await.unwrap();
    assert!(
        lines().contains("connection created"),
        "the log is really kept"
    );
    assert_clean();
}
