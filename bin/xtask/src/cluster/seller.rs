//! One seller, who connects, renames and disconnects shops over any of the servers, and remembers what was acknowledged.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::acknowledged::Acknowledged;
use crate::{local::Request, storm::Dice};

/// Longer than a server takes for anything: what a caller has stopped waiting for may still be done.
const PATIENCE: Duration = Duration::from_mins(1);

/// As many shops as one page of a list shows, and room for those that are connected with their answer lost.
const MOST_SHOPS: usize = 60;

/// What is believed of one shop.
#[derive(Debug, Default)]
struct Shop {
    /// Its name when it was connected, which no other shop has.
    name: String,
    /// Known once it was acknowledged that it is connected.
    id: Option<String>,
    /// What it may be called: the name that was acknowledged last, and those that were not.
    labels: BTreeSet<String>,
    end: End,
}

/// Whether it is disconnected.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum End {
    #[default]
    NotAsked,
    /// Nobody answered.
    Unknown,
    Acknowledged,
}

/// What a seller sees that may not be, and how much was seen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    /// Changes that were acknowledged.
    pub(crate) acknowledged: i64,
    /// Of those, the ones that a server does not know of.
    pub(crate) lost: i64,
    /// Connections that nobody made, or that were made twice.
    pub(crate) surplus: i64,
    /// Changes that nobody answered, or with trouble.
    pub(crate) unanswered: i64,
    /// Answers that blame the seller.
    pub(crate) blamed: i64,
}

impl Account {
    pub(crate) fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.lost += other.lost;
        self.surplus += other.surplus;
        self.unanswered += other.unanswered;
        self.blamed += other.blamed;
    }
}

enum Outcome {
    Done(Value),
    /// Not at all, or with trouble: it may have been done all the same.
    Unknown,
    Refused(u16),
}

/// Asks the servers in turn.
pub(crate) struct Seller {
    user: String,
    authorization: String,
    servers: Vec<SocketAddr>,
    turn: usize,
    dice: Dice,
    shops: Vec<Shop>,
    pub(crate) account: Account,
}

impl Seller {
    pub(crate) fn new(user: String, token: &str, servers: Vec<SocketAddr>, seed: u64) -> Self {
        Self {
            user,
            authorization: format!("Bearer {token}"),
            servers,
            turn: 0,
            dice: Dice(seed),
            shops: Vec::new(),
            account: Account::default(),
        }
    }

    /// One change, of one shop.
    pub(crate) fn act(&mut self, acknowledged: &Acknowledged) {
        // What was not acknowledged is asked for again, under the same key.
        if let Some(open) = self.shops.iter().position(|shop| shop.id.is_none()) {
            return self.connect(open, acknowledged);
        }
        let alive: Vec<usize> = (0..self.shops.len())
            .filter(|number| self.shops[*number].end != End::Acknowledged)
            .collect();
        let may_be_more = alive.len() < MOST_SHOPS;
        if alive.len() < 3 || may_be_more && self.dice.below(3) == 0 {
            let name = format!("{}, shop {}", self.user, self.shops.len());
            self.shops.push(Shop {
                labels: BTreeSet::from([name.clone()]),
                name,
                ..Shop::default()
            });
            return self.connect(self.shops.len() - 1, acknowledged);
        }
        let chosen = alive[self.dice.below(alive.len())];
        if self.dice.below(3) == 0 {
            self.disconnect(chosen, acknowledged);
        } else {
            self.rename(chosen, acknowledged);
        }
    }

    /// Asks for what is still open a last time. Whether it was done is seen in the lists.
    pub(crate) fn settle(&mut self, acknowledged: &Acknowledged) {
        if let Some(open) = self.shops.iter().position(|shop| shop.id.is_none()) {
            self.connect(open, acknowledged);
        }
    }

    fn connect(&mut self, number: usize, acknowledged: &Acknowledged) {
        let name = self.shops[number].name.clone();
        let key = format!("canary-takealot-key-{}", name.replace([' ', ','], "-"));
        let body = json!({
            "marketplace": "takealot", "authType": "api_key", "label": name,
            "credentials": {"apiKey": key}, "verify": "skip",
        });
        let name = name.replace(' ', "-");
        let once = [("idempotency-key", name.as_str())];
        match self.ask("POST", "/api/connections", &once, &body, acknowledged) {
            Outcome::Done(made) => match made["id"].as_str() {
                Some(id) => self.shops[number].id = Some(id.to_owned()),
                None => self.account.blamed += 1,
            },
            // The first request may have been cut off: its key stays reserved for a while.
            Outcome::Unknown | Outcome::Refused(409 | 429) => {}
            Outcome::Refused(_) => self.account.blamed += 1,
        }
    }

    fn rename(&mut self, number: usize, acknowledged: &Acknowledged) {
        let label = format!(
            "{}, called {}",
            self.shops[number].name,
            self.dice.below(1 << 30)
        );
        let path = self.path(number);
        let outcome = self.ask("PATCH", &path, &[], &json!({"label": label}), acknowledged);
        let shop = &mut self.shops[number];
        match outcome {
            Outcome::Done(_) => {
                shop.labels = BTreeSet::from([label]);
                shop.end = End::NotAsked;
            }
            Outcome::Unknown => {
                shop.labels.insert(label);
            }
            Outcome::Refused(404) if shop.end == End::Unknown => shop.end = End::Acknowledged,
            Outcome::Refused(404) => self.account.lost += 1,
            Outcome::Refused(409 | 429) => {}
            Outcome::Refused(_) => self.account.blamed += 1,
        }
    }

    fn disconnect(&mut self, number: usize, acknowledged: &Acknowledged) {
        let path = self.path(number);
        let outcome = self.ask("DELETE", &path, &[], &Value::Null, acknowledged);
        let shop = &mut self.shops[number];
        match outcome {
            Outcome::Done(_) => shop.end = End::Acknowledged,
            Outcome::Refused(404) if shop.end == End::Unknown => shop.end = End::Acknowledged,
            Outcome::Unknown => shop.end = End::Unknown,
            Outcome::Refused(404) => self.account.lost += 1,
            Outcome::Refused(409 | 429) => {}
            Outcome::Refused(_) => self.account.blamed += 1,
        }
    }

    fn path(&self, number: usize) -> String {
        let id = self.shops[number].id.as_deref().unwrap_or_default();
        format!("/api/connections/{id}")
    }

    fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
        acknowledged: &Acknowledged,
    ) -> Outcome {
        self.turn = (self.turn + 1) % self.servers.len();
        let asked = Instant::now();
        let mut all = vec![("authorization", self.authorization.as_str())];
        all.extend(headers);
        let request = Request {
            method,
            path,
            headers: &all,
            body,
            patience: PATIENCE,
        };
        match request.send(self.servers[self.turn]) {
            Ok(answer) if (200..300).contains(&answer.status) => {
                acknowledged.note(self.turn, asked);
                self.account.acknowledged += 1;
                Outcome::Done(answer.body)
            }
            Ok(answer) if answer.status < 500 => Outcome::Refused(answer.status),
            Ok(_) | Err(_) => {
                self.account.unanswered += 1;
                Outcome::Unknown
            }
        }
    }

    /// Compares what is believed with what a server tells.
    pub(crate) fn compare(&mut self, server: SocketAddr) -> anyhow::Result<()> {
        let request = Request {
            method: "GET",
            path: "/api/connections?limit=100",
            headers: &[("authorization", &self.authorization)],
            body: &Value::Null,
            patience: PATIENCE,
        };
        let answer = request.send(server)?;
        let items = answer.body["items"].as_array();
        let (Some(items), 200) = (items, answer.status) else {
            anyhow::bail!("a server shows no list ({})", answer.status);
        };
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let listed = items
            .iter()
            .map(|item| (text(item, "id"), text(item, "label")));
        let (lost, surplus) = judge(&self.shops, listed.collect());
        self.account.lost += lost;
        self.account.surplus += surplus;
        Ok(())
    }

    /// What was acknowledged to be connected.
    pub(crate) fn connected(&self) -> impl Iterator<Item = &str> {
        self.shops.iter().filter_map(|shop| shop.id.as_deref())
    }
}

/// How many shops are not as they were acknowledged, and how many there are too many, by their ids and labels.
fn judge(shops: &[Shop], mut listed: BTreeMap<String, String>) -> (i64, i64) {
    let mut lost = 0;
    for shop in shops {
        let Some(id) = &shop.id else { continue };
        let is_well = match (listed.remove(id), shop.end) {
            (Some(label), End::NotAsked | End::Unknown) => shop.labels.contains(&label),
            (None, End::Unknown | End::Acknowledged) => true,
            (Some(_), End::Acknowledged) | (None, End::NotAsked) => false,
        };
        lost += i64::from(!is_well);
    }
    for shop in shops.iter().filter(|shop| shop.id.is_none()) {
        // Once, or not at all: nobody was answered.
        let found = listed.iter().find(|(_, label)| **label == shop.name);
        if let Some(id) = found.map(|(id, _)| id.clone()) {
            listed.remove(&id);
        }
    }
    (lost, i64::try_from(listed.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(id: Option<&str>, labels: &[&str], end: End) -> Shop {
        Shop {
            name: labels[0].to_owned(),
            id: id.map(str::to_owned),
            labels: labels.iter().map(ToString::to_string).collect(),
            end,
        }
    }

    fn judged(shop: Shop, listed: &[(&str, &str)]) -> (i64, i64) {
        let listed = listed
            .iter()
            .map(|(id, label)| (id.to_string(), label.to_string()));
        judge(&[shop], listed.collect())
    }

    #[test]
    fn what_was_acknowledged_has_to_be_there() {
        let there = || shop(Some("1"), &["a", "b"], End::NotAsked);
        assert_eq!(judged(there(), &[("1", "b")]), (0, 0));
        assert_eq!(judged(there(), &[("1", "old")]), (1, 0));
        assert_eq!(judged(there(), &[]), (1, 0));
        let gone = || shop(Some("1"), &["a"], End::Acknowledged);
        assert_eq!(judged(gone(), &[]), (0, 0));
        assert_eq!(judged(gone(), &[("1", "a")]), (1, 0));
    }

    #[test]
    fn what_was_not_answered_may_have_been_done_once() {
        let unknown = || shop(Some("1"), &["a"], End::Unknown);
        assert_eq!(judged(unknown(), &[("1", "a")]), (0, 0));
        assert_eq!(judged(unknown(), &[]), (0, 0));
        let asked = || shop(None, &["a"], End::NotAsked);
        assert_eq!(judged(asked(), &[]), (0, 0));
        assert_eq!(judged(asked(), &[("1", "a")]), (0, 0));
        assert_eq!(judged(asked(), &[("1", "a"), ("2", "a")]), (0, 1));
    }
}
