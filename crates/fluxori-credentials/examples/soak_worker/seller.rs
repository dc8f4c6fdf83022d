//! One seller, with at most one connection, and what must be so.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::{Answer, Api, Ask},
    counts::Counts,
    dice::Dice,
};

/// Outcomes of a test that say nothing about the credential.
const TROUBLE: [&str; 3] = ["transient", "throttled", "edge_blocked"];

/// Who the starter says that a seller is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    token: String,
    /// Has a connection already, which adapters read, and keeps it.
    is_keeper: bool,
}

/// A seller at work.
pub(crate) struct Seller {
    person: Person,
    number: usize,
    /// How often something was created or renamed.
    made: u64,
    connection: Option<Connection>,
}

/// The connection that there must be.
struct Connection {
    id: String,
    label: Option<String>,
}

impl Connection {
    fn of(answer: &Value) -> Option<Self> {
        Some(Self {
            id: answer["id"].as_str()?.to_owned(),
            label: answer["label"].as_str().map(ToOwned::to_owned),
        })
    }

    fn path(&self) -> String {
        format!("/api/connections/{}", self.id)
    }
}

impl Seller {
    pub(crate) const fn new(person: Person, number: usize) -> Self {
        Self {
            person,
            number,
            made: 0,
            connection: None,
        }
    }

    /// Looks at what there is.
    pub(crate) async fn begin(&mut self, api: &Api, counts: &mut Counts) {
        let Some(items) = self.items(api, counts).await else {
            return;
        };
        self.connection = items.first().and_then(Connection::of);
        if items.len() > 1 || (self.person.is_keeper && items.is_empty()) {
            counts.wrong("not one connection at the beginning", 200);
        }
    }

    /// Does one thing.
    pub(crate) async fn act(&mut self, api: &Api, key: &str, dice: &mut Dice, counts: &mut Counts) {
        if self.connection.is_none() {
            return self.create(api, key, counts).await;
        }
        match dice.below(20) {
            0 | 1 if !self.person.is_keeper => self.delete(api, counts).await,
            2..=4 => self.rename(api, counts).await,
            5..=8 => self.test(api, counts).await,
            _ => self.list(api, counts).await,
        }
    }

    /// Looks whether everything is as it was left.
    pub(crate) async fn end(&mut self, api: &Api, counts: &mut Counts) {
        self.list(api, counts).await;
    }

    async fn create(&mut self, api: &Api, key: &str, counts: &mut Counts) {
        self.made += 1;
        let idempotency_key = format!("soak-{}-{}-{}", std::process::id(), self.number, self.made);
        let body = json!({
            "marketplace": "takealot", "authType": "api_key", "label": self.next_label(),
            "credentials": {"apiKey": key},
        });
        let ask = Ask {
            method: Method::POST,
            path: "/api/connections",
            token: &self.person.token,
            body: Some(&body),
            idempotency_key: Some(&idempotency_key),
        };
        let Some(answer) = api.insist(&ask, counts).await else {
            return;
        };
        let is_trouble = TROUBLE.iter().any(|one| answer.body["outcome"] == *one);
        match answer.status {
            201 => {
                self.connection = Connection::of(&answer.body);
                counts.done("create");
            }
            422 if answer.problem() == "credential-not-confirmed" && is_trouble => {
                counts.done("create, not confirmed");
            }
            status => counts.wrong("create", status),
        }
    }

    async fn list(&self, api: &Api, counts: &mut Counts) {
        let Some(items) = self.items(api, counts).await else {
            return;
        };
        let there = items.first().and_then(Connection::of);
        let is_right = items.len() <= 1
            && match (&self.connection, &there) {
                (None, None) => true,
                (Some(known), Some(there)) => known.id == there.id && known.label == there.label,
                _ => false,
            };
        if !is_right {
            counts.wrong("list", 200);
        }
    }

    async fn items(&self, api: &Api, counts: &mut Counts) -> Option<Vec<Value>> {
        let answer = self.send(api, Method::GET, "/api/connections", None, counts);
        let mut answer = answer.await?;
        let Value::Array(items) = answer.body["items"].take() else {
            counts.wrong("list", answer.status);
            return None;
        };
        counts.done("list");
        Some(items)
    }

    async fn test(&self, api: &Api, counts: &mut Counts) {
        let Some(connection) = &self.connection else {
            return;
        };
        let path = connection.path() + "/test";
        let Some(answer) = self.send(api, Method::POST, &path, None, counts).await else {
            return;
        };
        let outcome = &answer.body["test"]["outcome"];
        if *outcome == "ok" {
            counts.done("test");
        } else if TROUBLE.iter().any(|one| outcome == one) {
            counts.done("test, in trouble");
        } else {
            counts.wrong("test", answer.status);
        }
    }

    async fn rename(&mut self, api: &Api, counts: &mut Counts) {
        let Some(connection) = &self.connection else {
            return;
        };
        self.made += 1;
        let body = json!({"label": self.next_label()});
        let path = connection.path();
        let answer = self.send(api, Method::PATCH, &path, Some(&body), counts);
        match answer.await {
            Some(answer) if answer.status == 200 => {
                self.connection = Connection::of(&answer.body);
                counts.done("rename");
            }
            Some(answer) => counts.wrong("rename", answer.status),
            None => {}
        }
    }

    async fn delete(&mut self, api: &Api, counts: &mut Counts) {
        let Some(connection) = &self.connection else {
            return;
        };
        let path = connection.path();
        let answer = self.send(api, Method::DELETE, &path, None, counts);
        match answer.await {
            Some(answer) if answer.status == 200 || is_gone(&answer) => {
                self.connection = None;
                counts.done("delete");
            }
            Some(answer) => counts.wrong("delete", answer.status),
            None => {}
        }
    }

    async fn send(
        &self,
        api: &Api,
        method: Method,
        path: &str,
        body: Option<&Value>,
        counts: &mut Counts,
    ) -> Option<Answer> {
        let ask = Ask {
            method,
            path,
            token: &self.person.token,
            body,
            idempotency_key: None,
        };
        api.insist(&ask, counts).await
    }

    fn next_label(&self) -> String {
        format!("Shop {}, {}", self.number, self.made)
    }
}

/// It was deleted before, by a request whose answer was lost.
fn is_gone(answer: &Answer) -> bool {
    answer.status == 404 && answer.is_repeated
}
