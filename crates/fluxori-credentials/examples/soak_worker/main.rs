//! The sellers of `cargo xtask soak`: they do over HTTP what the page does for people, at an even pace, and know what must
//! come of it.
//!
//! Who they are comes on the first line of the standard input, when to begin and to finish on the next ones. When it is done
//! it prints one line of JSON. It ends with its starter, whatever happens to that.

#![expect(
    clippy::print_stdout,
    reason = "what was counted is the output of this program"
)]

mod api;
mod counts;
mod seller;

#[path = "../chaos_worker/dice.rs"]
mod dice;
#[path = "../storm_worker/orders.rs"]
mod orders;
#[path = "../storm_worker/pace.rs"]
mod pace;

use std::{io, sync::Arc};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use api::Api;
use counts::Counts;
use dice::Dice;
use orders::Orders;
use pace::Pace;
use seller::{Person, Seller};

/// What the starter tells.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    /// Where the servers are; any of them will do.
    servers: Vec<String>,
    /// A key for Takealot that works.
    key: String,
    people: Vec<Person>,
}

#[tokio::main]
async fn main() -> Result<()> {
    // A process chooses its TLS implementation once; that it was chosen already is no mistake.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(io::stderr)
        .init();

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [rate, callers, seed] = words[..] else {
        bail!("PER-SECOND CALLERS SEED; 0 per second is as fast as it goes");
    };
    let pace = Pace {
        per_second: rate.parse()?,
        callers: callers.parse()?,
    };
    let counted = run(pace, seed.parse()?).await?;
    println!("{counted}");
    Ok(())
}

async fn run(pace: Pace, seed: u64) -> Result<Value> {
    let line = io::stdin().lines().next().context("nothing was said")??;
    // What was said holds tokens, so nothing of it is told.
    let told: Told = serde_json::from_str(&line)
        .ok()
        .context("what was said is not understood")?;
    let mut orders = Orders::listen();
    let api = Arc::new(Api::new(told.servers)?);
    let callers = usize::try_from(pace.callers)?.max(1);
    let mut shares: Vec<Vec<Seller>> = (0..callers).map(|_| Vec::new()).collect();
    for (number, person) in told.people.into_iter().enumerate() {
        shares[number % callers].push(Seller::new(person, number));
    }
    println!("ready");
    orders.go().await?;
    let key: Arc<str> = told.key.into();
    let tasks: Vec<_> = (seed..)
        .zip(shares)
        .filter(|(_, share)| !share.is_empty())
        .map(|(seed, mut share)| {
            let (api, orders, key) = (Arc::clone(&api), orders.clone(), Arc::clone(&key));
            tokio::spawn(async move {
                let (mut dice, mut counts) = (Dice(seed), Counts::default());
                let mut turns = pace.turns();
                for seller in &mut share {
                    seller.begin(&api, &mut counts).await;
                }
                while !orders.is_finishing() {
                    turns.next().await;
                    let one = dice.below(share.len());
                    share[one].act(&api, &key, &mut dice, &mut counts).await;
                }
                for seller in &mut share {
                    seller.end(&api, &mut counts).await;
                }
                counts
            })
        })
        .collect();
    let mut whole = Counts::default();
    for task in tasks {
        whole.add(task.await?);
    }
    Ok(whole.json())
}
