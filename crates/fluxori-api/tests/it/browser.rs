//! A seller's browser: keeps the cookie, goes to a consent page and comes back.

use std::collections::BTreeMap;

use fluxori_test_support::providers::Decision;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    app::{PUBLIC_URL, TestApp},
    exchange::Answer,
};

/// One browser. Another one has another cookie.
pub(crate) struct Browser<'a> {
    app: &'a TestApp,
    /// `name=value`, as it is sent back.
    pub(crate) cookie: Option<String>,
}

/// Where a browser was sent.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// Without its query.
    pub(crate) page: String,
    /// In order.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Arrival {
    /// Of an answer that sends the browser on.
    #[track_caller]
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 303, "{answer:?}");
        assert!(answer.text.is_empty(), "{answer:?}");
        let mut url = Url::parse(answer.header("location")).unwrap();
        let parameters = url.query_pairs().into_owned().collect();
        url.set_query(None);
        Self {
            page: url.into(),
            parameters,
        }
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.parameters.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// How it ended, when there is nothing else to say.
    #[track_caller]
    pub(crate) fn only_result(&self) -> &str {
        match self.parameters.as_slice() {
            [(name, result)] if name == "result" => result,
            _ => panic!("{self:?}"),
        }
    }

    /// The connections of a success.
    #[track_caller]
    pub(crate) fn connected(&self) -> Vec<&str> {
        assert_eq!(self.all("result"), ["connected"], "{self:?}");
        let ids = self.all("connection");
        assert_eq!(self.parameters.len(), 1 + ids.len(), "{self:?}");
        ids
    }
}

impl<'a> Browser<'a> {
    pub(crate) const fn new(app: &'a TestApp) -> Self {
        Self { app, cookie: None }
    }

    /// Asks to leave; the cookie of a good answer is kept.
    pub(crate) async fn ask(&mut self, path: &str, body: &Value) -> Answer {
        let mut ask = self.app.as_seller(Method::POST, path).json(body);
        if let Some(cookie) = &self.cookie {
            ask = ask.header("cookie", cookie);
        }
        let answer = ask.send().await;
        let set = answer.header("set-cookie");
        if let Some((pair, _)) = set.split_once(';') {
            self.cookie = Some(pair.to_owned());
        }
        answer
    }

    /// Leaves for the consent page of a new connection, and returns its address.
    pub(crate) async fn leave(&mut self, marketplace: &str) -> String {
        let body = json!({"marketplace": marketplace, "fields": fields(marketplace)});
        let answer = self.ask("/api/connections/authorize", &body).await;
        let view = answer.ok(201);
        view["authorizationUrl"].as_str().unwrap().to_owned()
    }

    /// Leaves to connect this one anew.
    pub(crate) async fn leave_again(&mut self, id: &str) -> String {
        let path = format!("/api/connections/{id}/reauthorize");
        let view = self.ask(&path, &json!({})).await.ok(201);
        view["authorizationUrl"].as_str().unwrap().to_owned()
    }

    /// Decides at the consent page, and returns the address that the marketplace sends the browser back to.
    pub(crate) fn decide(&self, url: &str, decision: &Decision) -> String {
        self.app.providers.consent(url, decision).unwrap()
    }

    /// Comes back to the address.
    pub(crate) async fn return_to(&self, callback: &str) -> Answer {
        let path = callback.strip_prefix(PUBLIC_URL).unwrap_or(callback);
        let mut ask = self.app.ask(Method::GET, path);
        if let Some(cookie) = &self.cookie {
            ask = ask.header("cookie", cookie);
        }
        ask.send().await
    }

    pub(crate) async fn arrive(&self, callback: &str) -> Arrival {
        Arrival::of(&self.return_to(callback).await)
    }

    /// All of it.
    pub(crate) async fn connect(&mut self, marketplace: &str, decision: &Decision) -> Arrival {
        let url = self.leave(marketplace).await;
        self.arrive(&self.decide(&url, decision)).await
    }
}

/// A filled-in consent form.
pub(crate) fn fields(marketplace: &str) -> BTreeMap<&'static str, &'static str> {
    match marketplace {
        "amazon" => BTreeMap::from([("region", "eu"), ("country", "ZA")]),
        "shopify" => {
            BTreeMap::from([("shop", fluxori_test_support::providers::keys::SHOPIFY_SHOP)])
        }
        _ => BTreeMap::new(),
    }
}

/// The parameters of an address.
pub(crate) fn query_of(address: &str) -> Vec<(String, String)> {
    Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

/// The same address with other parameters.
pub(crate) fn with_query(address: &str, parameters: &[(String, String)]) -> String {
    let mut url = Url::parse(address).unwrap();
    url.query_pairs_mut().clear().extend_pairs(parameters);
    url.into()
}
