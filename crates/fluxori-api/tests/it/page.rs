//! The page as a browser gets it.

use std::{borrow::Cow, collections::BTreeMap, io::Read};

use fluxori_api::PageAssets;
use reqwest::Method;

use crate::app::{Builder, TestApp};

const HTML: &str = "<!doctype html><meta name=\"csp-nonce\" content=\"__CSP_NONCE__\">\
    <style nonce=\"__CSP_NONCE__\"></style><script type=\"module\" src=\"/assets/index-4711.js\"></script>";

/// A page for tests.
#[derive(Default)]
pub(crate) struct TestPage(BTreeMap<&'static str, String>);

impl TestPage {
    pub(crate) fn built() -> Self {
        Self(BTreeMap::from([
            ("index.html", HTML.to_owned()),
            (
                "favicon.svg",
                "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_owned(),
            ),
            ("assets/index-4711.js", "console.log(1);\n".repeat(1_000)),
            ("assets/index-4711.css", "a{}".to_owned()),
            ("assets/index-4711.js.map", "{}".to_owned()),
        ]))
    }
}

impl PageAssets for TestPage {
    fn file(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        let text = self.0.get(name)?;
        Some(Cow::Owned(text.clone().into_bytes()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_comes_under_a_policy_of_its_own_with_a_fresh_nonce() {
    let app = TestApp::start().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let answer = app.ask(Method::GET, "/").send().await;
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(
            answer
                .headers
                .get_all("content-security-policy")
                .iter()
                .count(),
            1
        );
        let policy = answer.header("content-security-policy");
        let nonce = policy
            .split_once("'nonce-")
            .unwrap()
            .1
            .split_once('\'')
            .unwrap()
            .0;
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
                 font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
            )
        );
        assert_eq!(answer.text, HTML.replace("__CSP_NONCE__", nonce));
        nonces.push(nonce.to_owned());
    }
    assert_ne!(nonces[0], nonces[1]);

    let head = app.ask(Method::HEAD, "/").send().await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    assert!(head.header("content-security-policy").contains("'nonce-"));
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_kept_for_ever_and_nothing_else_is_served() {
    let app = TestApp::start().await;
    let script = app.ask(Method::GET, "/assets/index-4711.js").send().await;
    assert_eq!(script.status, 200);
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        script.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    let icon = app.ask(Method::GET, "/favicon.svg").send().await;
    assert_eq!(icon.header("content-type"), "image/svg+xml");
    assert_eq!(icon.header("cache-control"), "public, max-age=3600");

    for path in [
        "/assets/",
        "/assets/other-1.js",
        "/assets/index-4711.js.map",
        "/assets/index.html",
        "/assets/..%2findex.html",
        "/assets/..%2fassets%2findex-4711.js",
        "/assets/%2e%2e%2ffavicon.svg",
        "/assets/sub/index-4711.js",
        "/index.html",
        "/favicon.ico",
    ] {
        let answer = app.ask(Method::GET, path).send().await;
        answer.problem(404, "not-found");
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_page_is_compressed() {
    let app = TestApp::start().await;
    let zipped = async |path: &str| {
        let request = app
            .as_seller(Method::GET, path)
            .header("accept-encoding", "gzip");
        request.send_for_bytes().await
    };
    let (headers, bytes) = zipped("/assets/index-4711.js").await;
    assert_eq!(headers["content-encoding"], "gzip");
    assert!(
        headers["vary"]
            .to_str()
            .unwrap()
            .to_lowercase()
            .contains("accept-encoding"),
        "{headers:?}"
    );
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text.len(), 16_000);
    assert!(bytes.len() < 1_000);
    for path in ["/", "/favicon.svg"] {
        let (headers, _) = zipped(path).await;
        assert_eq!(headers["content-encoding"], "gzip", "{path}");
    }
    for path in [
        "/api/connections",
        "/api/marketplaces",
        "/auth/session",
        "/api/openapi.json",
    ] {
        let (headers, _) = zipped(path).await;
        assert!(headers.get("content-encoding").is_none(), "{path}");
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_page_says_what_it_is_and_lets_nobody_sign_in() {
    let app = Builder::new().without_page().start().await;
    let start = app.ask(Method::GET, "/").send().await;
    assert!(start.text.contains("/api/docs"), "{start:?}");
    assert_eq!(start.header("content-type"), "text/plain; charset=utf-8");
    let state = app.ask(Method::GET, "/auth/session").send().await.ok(200);
    assert_eq!(
        state,
        serde_json::json!({"session": null, "canSignIn": false})
    );
    for path in [
        "/auth/sign-in",
        "/auth/callback",
        "/auth/link?token=x",
        "/assets/index-4711.js",
        "/favicon.svg",
    ] {
        let answer = app.ask(Method::GET, path).send().await;
        answer.problem(404, "not-found");
    }
    let out = app.ask(Method::POST, "/auth/sign-out").send().await;
    out.problem(401, "login-required");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_not_built_says_how() {
    let app = Builder::new().without_built_page().start().await;
    let start = app.ask(Method::GET, "/").send().await;
    assert!(start.text.contains("npm run build"), "{start:?}");
    app.stop().await.unwrap();
}
