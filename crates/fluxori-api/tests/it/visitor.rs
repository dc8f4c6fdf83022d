//! A person's browser in front of the page: keeps cookies, signs in and out.

use std::collections::BTreeMap;

use fluxori_test_support::identity::{self, Person};
use reqwest::{Method, header::SET_COOKIE};
use serde_json::Value;

use crate::{
    app::{ORGANIZATION, PAGE_URL, TestApp, USER},
    exchange::{Answer, Ask},
};

/// The cookie of who is signed in.
pub(crate) const SESSION: &str = "__Host-fluxori-session";
/// The cookie of who is on the way.
pub(crate) const ATTEMPT: &str = "__Host-fluxori-sign-in";

/// One browser.
pub(crate) struct Visitor<'a> {
    app: &'a TestApp,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// The usual person.
pub(crate) fn seller() -> Person {
    Person::new(USER, ORGANIZATION)
}

impl<'a> Visitor<'a> {
    pub(crate) const fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which the usual person is signed in.
    pub(crate) async fn signed_in(app: &'a TestApp) -> Self {
        Self::signed_in_as(app, &seller()).await
    }

    pub(crate) async fn signed_in_as(app: &'a TestApp, person: &Person) -> Self {
        let mut visitor = Self::new(app);
        assert_eq!(visitor.sign_in(person).await, "/");
        visitor
    }

    /// The same browser in front of another server.
    pub(crate) fn at<'b>(&self, app: &'b TestApp) -> Visitor<'b> {
        Visitor {
            app,
            cookies: self.cookies.clone(),
        }
    }

    /// What it sends as `Cookie`.
    pub(crate) fn cookie(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// A request with its cookies, and nothing else that our page would send.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        let ask = self.app.ask(method, path);
        if self.cookies.is_empty() {
            return ask;
        }
        ask.header("cookie", &self.cookie())
    }

    /// Goes to an address, and keeps the cookies that it sets.
    pub(crate) async fn go(&mut self, path: &str) -> Answer {
        let answer = self.ask(Method::GET, path).send().await;
        self.keep(&answer);
        answer
    }

    pub(crate) fn keep(&mut self, answer: &Answer) {
        for set in answer.headers.get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            assert!(set.ends_with("; Secure; HttpOnly; SameSite=Lax"), "{set}");
            assert!(set.contains("; Path=/; "), "{set}");
            let (name, rest) = set.split_once('=').unwrap();
            if set.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                let value = rest.split(';').next().unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Leaves for the identity provider and returns its address.
    pub(crate) async fn leave(&mut self, query: &str) -> String {
        let answer = self.go(&format!("/auth/sign-in{query}")).await;
        location(&answer)
    }

    /// Comes back to this address; where it is sent then.
    pub(crate) async fn arrive(&mut self, callback: &str) -> String {
        let path = callback.strip_prefix(PAGE_URL).unwrap();
        location(&self.go(path).await)
    }

    /// All of it.
    pub(crate) async fn sign_in(&mut self, person: &Person) -> String {
        let url = self.leave("").await;
        self.arrive(&identity::sign_in(&url, person).unwrap()).await
    }

    /// What `/auth/session` says of the session.
    pub(crate) async fn session(&self) -> Value {
        let answer = self.ask(Method::GET, "/auth/session").send().await;
        answer.ok(200)["session"].clone()
    }

    /// What has to go along with a change.
    pub(crate) async fn csrf_token(&self) -> String {
        let session = self.session().await;
        session["csrfToken"].as_str().unwrap().to_owned()
    }

    /// A request as our page sends it.
    pub(crate) async fn page_asks(&self, method: Method, path: &str) -> Ask {
        let token = self.csrf_token().await;
        self.ask(method, path)
            .header("origin", PAGE_URL)
            .header("sec-fetch-site", "same-origin")
            .header("x-csrf-token", &token)
    }
}

/// Where an answer sends the browser.
#[track_caller]
pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(answer.text.is_empty(), "{answer:?}");
    answer.header("location").to_owned()
}
