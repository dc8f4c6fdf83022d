//! One process of `cargo xtask chaos`: sellers and adapters whose secrets lie at Google, and are moved there and back.
//!
//! Its settings are in its environment. What to do comes on its command line, what it has to know on the first line of its
//! standard input, when to do it on the next ones, and when it is done it prints one line of JSON. It ends with its starter,
//! whatever happens to that.

#![expect(
    clippy::print_stdout,
    reason = "what was counted is the output of this program"
)]

mod belief;
mod calls;
mod dice;
mod faults;
mod hands;
mod heal;
mod judge;
mod many;
mod readers;

#[path = "../storm_worker/orders.rs"]
mod orders;

use std::io;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

use orders::Orders;

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
    let counted = match words[..] {
        ["migrate"] => hands::migrate().await?,
        ["faults", callers, seed] => {
            let beliefs = told()?;
            faults::run(Orders::listen(), beliefs, callers.parse()?, seed.parse()?).await?
        }
        ["heal"] => heal::run().await?,
        ["judge"] => judge::run(told()?).await?,
        ["calls", credentials] => calls::run(credentials.parse()?).await?,
        ["many", credentials] => many::run(credentials.parse()?).await?,
        ["check-many", credentials] => many::check(credentials.parse()?).await?,
        ["read", credentials, seed] => {
            readers::run(Orders::listen(), credentials.parse()?, seed.parse()?).await?
        }
        _ => bail!(
            "one of: migrate; faults CALLERS SEED; heal; judge; calls|many|check-many CREDENTIALS; read CREDENTIALS SEED"
        ),
    };
    println!("{counted}");
    Ok(())
}

/// The first line of the standard input.
fn told<T: DeserializeOwned>() -> Result<T> {
    let line = io::stdin().lines().next().context("nothing was said")??;
    serde_json::from_str(&line).context("what was said is not understood")
}
