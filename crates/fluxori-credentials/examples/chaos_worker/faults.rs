//! Sellers, adapters and operators at work while everything fails.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::Result;
use fluxori_connections::ConnectionError;
use fluxori_credentials::{Backend, ConnectionId, CredentialError};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{
    belief::{Belief, Exists, Seen},
    dice::Dice,
    hands::Hands,
    orders::Orders,
};

/// A caller with other work to do waits for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often each thing was done.
type Tally = BTreeMap<String, u64>;

/// What one caller has to do with: sellers whom nobody else changes.
struct Walk {
    hands: Arc<Hands>,
    dice: Dice,
    tally: Tally,
}

pub(crate) async fn run(
    mut orders: Orders,
    beliefs: Vec<Belief>,
    callers: usize,
    seed: u64,
) -> Result<Value> {
    let hands = Arc::new(Hands::connect().await?);
    println!("ready");
    orders.go().await?;
    let mut parts = vec![Vec::new(); callers];
    for (number, belief) in beliefs.into_iter().enumerate() {
        parts[number % callers].push(belief);
    }
    let tasks: Vec<_> = parts
        .into_iter()
        .enumerate()
        .map(|(number, mut beliefs)| {
            let mut walk = Walk {
                hands: Arc::clone(&hands),
                dice: Dice(seed.wrapping_mul(0x1_0000).wrapping_add(number as u64)),
                tally: Tally::new(),
            };
            let orders = orders.clone();
            tokio::spawn(async move {
                while !orders.is_finishing() && !beliefs.is_empty() {
                    let chosen = walk.dice.below(beliefs.len());
                    walk.step(&mut beliefs[chosen]).await?;
                }
                anyhow::Ok(walk.tally)
            })
        })
        .collect();
    let mut whole = Tally::new();
    for task in tasks {
        for (what, count) in task.await?? {
            *whole.entry(what).or_default() += count;
        }
    }
    if let Some(hands) = Arc::into_inner(hands) {
        hands.shutdown().await;
    }
    Ok(json!({ "done": whole }))
}

impl Walk {
    /// One thing that is done for one seller.
    async fn step(&mut self, belief: &mut Belief) -> Result<()> {
        let Some(connection) = self.find(belief).await? else {
            return if belief.exists == Exists::No {
                self.create(belief).await
            } else {
                Ok(())
            };
        };
        match self.dice.below(100) {
            0..55 => self.read(belief).await,
            55..80 => self.replace(belief, connection).await,
            80..90 => self.delete(belief, connection).await,
            90..95 => self.move_all(belief.seller).await,
            _ => self.sweep(belief.seller).await,
        }
    }

    /// The seller's connection. What is found settles whether there is one.
    async fn find(&mut self, belief: &mut Belief) -> Result<Option<ConnectionId>> {
        let found = match self.hands.list(belief.seller).await? {
            Ok(found) => found,
            Err(error) => {
                self.failed("list", belief.seller, &error);
                return Ok(None);
            }
        };
        match (belief.exists, &found[..]) {
            (Exists::No, []) => Ok(None),
            (Exists::Yes | Exists::Maybe, [connection]) => {
                settle(belief, Exists::Yes);
                Ok(Some(*connection))
            }
            (Exists::Maybe, []) => {
                settle(belief, Exists::No);
                Ok(None)
            }
            (Exists::Yes, []) => {
                wrong(belief.seller, "list", "the connection is gone");
                settle(belief, Exists::No);
                Ok(None)
            }
            _ => {
                wrong(
                    belief.seller,
                    "list",
                    "there is a connection that nobody made",
                );
                Ok(None)
            }
        }
    }

    async fn create(&mut self, belief: &mut Belief) -> Result<()> {
        let grant = self.hands.buy(belief.seller).await?;
        *belief = Belief {
            exists: Exists::Maybe,
            grants: vec![grant.name.clone()],
            ..Belief::new(belief.seller)
        };
        tell(belief);
        let created = self.hands.create(belief.seller, grant).await?;
        belief.exists = if created.is_ok() {
            Exists::Yes
        } else {
            Exists::No
        };
        tell(belief);
        self.done("create", belief.seller, created.map(|_| ()));
        Ok(())
    }

    async fn replace(&mut self, belief: &mut Belief, connection: ConnectionId) -> Result<()> {
        let grant = self.hands.buy(belief.seller).await?;
        let (before, after) = (belief.grants.clone(), vec![grant.name.clone()]);
        belief.grants.push(grant.name.clone());
        tell(belief);
        let replaced = self.hands.replace(belief.seller, connection, grant).await?;
        belief.grants = if replaced.is_ok() { after } else { before };
        tell(belief);
        self.done("replace", belief.seller, replaced);
        Ok(())
    }

    async fn delete(&mut self, belief: &mut Belief, connection: ConnectionId) -> Result<()> {
        belief.exists = Exists::Maybe;
        tell(belief);
        let deleted = self.hands.delete(belief.seller, connection).await?;
        belief.exists = if deleted.is_ok() {
            Exists::No
        } else {
            Exists::Yes
        };
        tell(belief);
        self.done("delete", belief.seller, deleted);
        Ok(())
    }

    async fn read(&mut self, belief: &mut Belief) -> Result<()> {
        let read = timeout(PATIENCE, self.hands.read(belief.seller)).await;
        let Ok(read) = read else {
            self.count("read: given up");
            return Ok(());
        };
        match read? {
            Ok(credentials) => {
                self.count("read");
                let (before, generation) = (belief.clone(), belief.generation);
                match belief.learn(Seen::of(&credentials)?) {
                    Ok(()) if *belief == before => {}
                    Ok(()) => {
                        if generation > 0 && belief.grants == before.grants {
                            self.count("refresh seen");
                        }
                        tell(belief);
                    }
                    Err(what) => wrong(belief.seller, "read", what),
                }
            }
            Err(error) => match error {
                CredentialError::Unavailable { .. } => self.count("read: unavailable"),
                CredentialError::Waiting { .. } => self.count("read: waiting"),
                error => {
                    let error = anyhow::Error::new(error);
                    wrong(belief.seller, "told", &format!("{error:#}"));
                }
            },
        }
        Ok(())
    }

    async fn move_all(&mut self, seller: usize) -> Result<()> {
        let to = Backend::ALL[self.dice.below(Backend::ALL.len())];
        match self.hands.move_all(seller, to).await? {
            Ok(report) => {
                *self.tally.entry("moved".to_owned()).or_default() += report.moved;
                for (_, error) in report.failed {
                    self.failed("move", seller, &error);
                }
            }
            Err(error) => self.failed("move", seller, &error),
        }
        Ok(())
    }

    async fn sweep(&mut self, seller: usize) -> Result<()> {
        // There may be more than Google lets one process look through in minutes: it is left in the middle then, as by a
        // process that ends.
        let swept = timeout(PATIENCE, self.hands.wiring.connections().sweep()).await;
        match swept {
            Ok(swept) => self.done("sweep", seller, swept.map(|_| ())),
            Err(_) => self.count("sweep: given up"),
        }
        // What there is to sweep becomes due by the clock.
        sleep(Duration::from_millis(1)).await;
        Ok(())
    }

    fn done(&mut self, what: &str, seller: usize, result: Result<(), ConnectionError>) {
        match result {
            Ok(()) => self.count(what),
            Err(error) => self.failed(what, seller, &error),
        }
    }

    /// Trouble that passes, and somebody else who was faster, are nothing wrong.
    fn failed(&mut self, what: &str, seller: usize, error: &ConnectionError) {
        if error.is_transient() || matches!(error, ConnectionError::Changed) {
            self.count(&format!("{what}: failed"));
        } else {
            wrong(seller, "told", &format!("{what}: {}", chain(error)));
        }
    }

    fn count(&mut self, what: &str) {
        *self.tally.entry(what.to_owned()).or_default() += 1;
    }
}

fn settle(belief: &mut Belief, exists: Exists) {
    if belief.exists != exists {
        belief.exists = exists;
        tell(belief);
    }
}

fn chain(error: &ConnectionError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Tells the starter, at once: this process may be dead the next moment.
fn tell(belief: &Belief) {
    println!("{}", json!({ "belief": belief }));
}

/// Tells what may not be.
fn wrong(seller: usize, kind: &str, what: &str) {
    println!("{}", json!({"wrong": kind, "seller": seller, "what": what}));
}
