//! The page of a real server: on, off, and signing in to it.

use fluxori_test_support::{
    database::TestDatabase,
    identity::{self, Person, SimulatedIdentity},
};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};

use crate::process::{Installation, Server, told};

const PUBLIC_URL: &str = "http://127.0.0.1:8080";

fn with_links() -> Installation {
    Installation::prepared(TestDatabase::sqlite())
        .with("PUBLIC_URL", PUBLIC_URL)
        .with("SIGN_IN_LINKS", "true")
}

fn link(installation: &Installation, more: &[&str]) -> (String, bool) {
    let mut arguments = vec!["sign-in-link", "--user", "ada", "--organization", "engines"];
    arguments.extend(more);
    told(&installation.run(&arguments))
}

/// A request without a token, as a browser goes to an address.
fn browse(server: &Server, address: &str) -> RequestBuilder {
    let path = address.strip_prefix(PUBLIC_URL).unwrap_or(address);
    server.ask(Method::GET, path)
}

/// The one cookie of this name that an answer sets, as it is sent back.
fn cookie(answer: &reqwest::Response, name: &str) -> String {
    let all = answer.headers().get_all(header::SET_COOKIE).iter();
    let mut named = all.filter_map(|value| {
        let pair = value.to_str().unwrap().split(';').next().unwrap();
        pair.starts_with(name).then(|| pair.to_owned())
    });
    named.next().unwrap()
}

fn location(answer: &reqwest::Response) -> String {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let location = answer.headers().get(header::LOCATION).unwrap();
    location.to_str().unwrap().to_owned()
}

async fn session(server: &Server, cookie: &str) -> Value {
    let ask = browse(server, "/auth/session").header(header::COOKIE, cookie);
    let state: Value = ask.send().await.unwrap().json().await.unwrap();
    state["session"].clone()
}

#[tokio::test]
async fn a_printed_link_signs_in_once() {
    let installation = with_links();
    let (printed, good) = link(&installation, &["--read-only", "--minutes", "5"]);
    assert!(good, "{printed}");
    let url = printed.trim();
    assert!(
        url.starts_with("http://127.0.0.1:8080/auth/link?token="),
        "{url}"
    );

    let server = installation.serve();
    let answer = browse(&server, url).send().await.unwrap();
    assert_eq!(location(&answer), "/");
    let cookie = cookie(&answer, "__Host-fluxori-session");
    let who = session(&server, &cookie).await;
    assert_eq!(
        (&who["user"], &who["roles"]),
        (&"ada".into(), &json!(["read_only"]))
    );
    let again = browse(&server, url).send().await.unwrap();
    assert_eq!(location(&again), "/?signIn=link");

    // A session outlives the server that began it.
    assert!(server.stop());
    let server = installation.serve();
    assert_eq!(session(&server, &cookie).await, who);
}

#[tokio::test]
async fn people_of_an_identity_provider_sign_in() {
    let provider = SimulatedIdentity::start();
    let server = Installation::prepared(TestDatabase::sqlite())
        .with("PUBLIC_URL", PUBLIC_URL)
        .with_all(provider.environment())
        .serve();
    let answer = browse(&server, "/auth/sign-in").send().await.unwrap();
    let attempt = cookie(&answer, "__Host-fluxori-sign-in");
    let url = location(&answer);
    let callback = tokio::task::spawn_blocking(move || {
        identity::sign_in(&url, &Person::new("ada", "engines")).unwrap()
    });
    let callback = callback.await.unwrap();
    let back = browse(&server, &callback).header(header::COOKIE, attempt);
    let back = back.send().await.unwrap();
    assert_eq!(location(&back), "/");
    let cookie = cookie(&back, "__Host-fluxori-session");
    assert_eq!(session(&server, &cookie).await["organization"], "engines");
}

#[tokio::test]
async fn without_a_way_in_there_is_no_page() {
    let installation = Installation::prepared(TestDatabase::sqlite());
    let server = installation.serve();
    let start = browse(&server, "/").send().await.unwrap();
    assert!(start.text().await.unwrap().contains("/api/docs"));
    let sign_in = browse(&server, "/auth/sign-in").send().await.unwrap();
    assert_eq!(sign_in.status(), StatusCode::NOT_FOUND);

    let (said, good) = link(&installation, &[]);
    assert!(!good && said.contains("SIGN_IN_LINKS=true"), "{said}");
    let half = installation.with("OIDC_ISSUER", "https://id.example.com");
    let (said, good) = told(&half.run(&["doctor"]));
    assert!(
        !good && said.contains("OIDC_ISSUER needs OIDC_CLIENT_ID too"),
        "{said}"
    );
}

#[tokio::test]
async fn a_link_is_for_somebody() {
    let installation = with_links();
    let (said, good) = told(&installation.run(&["sign-in-link", "--user", "ada"]));
    assert!(!good && said.contains("--organization"), "{said}");
    let (said, good) = link(&installation, &["--minutes", "0"]);
    assert!(!good, "{said}");
}
