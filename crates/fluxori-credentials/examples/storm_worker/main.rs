//! One process of `cargo xtask storm`: an adapter with many callers, who all want the same credentials.
//!
//! Its settings are in its environment. What to do comes on its command line, when to do it on its standard input, and when
//! it is done it prints one line of JSON. It ends with its starter, whatever happens to that.

#![expect(
    clippy::print_stdout,
    reason = "what was counted is the output of this program"
)]

mod callers;
mod orders;
mod pace;
mod prove;
mod seed;
mod sellers;
mod tally;
mod wait;
mod walk;

use std::time::Duration;

use anyhow::{Result, bail};
use fluxori_credentials::CredentialProvider;

use orders::Orders;
use pace::Pace;
use sellers::Sellers;

#[tokio::main]
async fn main() -> Result<()> {
    // A process chooses its TLS implementation once; that it was chosen already is no mistake.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let counted = match words[..] {
        ["seed"] => seed::run().await?,
        ["prove", credentials] => {
            let (provider, _orders) = begin().await?;
            prove::run(&provider, Sellers::new(credentials.parse()?)).await?
        }
        ["wait", callers, rounds] => {
            let (provider, mut orders) = begin().await?;
            wait::run(&provider, &mut orders, callers.parse()?, rounds.parse()?).await?
        }
        [how @ ("once" | "on"), callers, credentials, seed] => {
            let (provider, mut orders) = begin().await?;
            let plan = walk::Plan {
                is_once: how == "once",
                pace: Pace {
                    per_second: 0.0,
                    callers: callers.parse()?,
                },
                sellers: Sellers::new(credentials.parse()?),
                seed: seed.parse()?,
            };
            walk::run(provider, &mut orders, plan).await?
        }
        ["paced", per_second, callers, credentials, seed] => {
            let (provider, mut orders) = begin().await?;
            let plan = walk::Plan {
                is_once: false,
                pace: Pace {
                    per_second: per_second.parse()?,
                    callers: callers.parse()?,
                },
                sellers: Sellers::new(credentials.parse()?),
                seed: seed.parse()?,
            };
            let telling = tokio::spawn(tell_tasks());
            let counted = walk::run(provider, &mut orders, plan).await;
            telling.abort();
            counted?
        }
        _ => bail!(
            "one of: seed; prove CREDENTIALS; wait CALLERS ROUNDS; once|on CALLERS CREDENTIALS SEED; \
             paced PER-SECOND CALLERS CREDENTIALS SEED"
        ),
    };
    println!("{counted}");
    Ok(())
}

/// Connects, says so, and listens for orders.
async fn begin() -> Result<(CredentialProvider, Orders)> {
    let orders = Orders::listen();
    let provider = CredentialProvider::from_env().await?;
    println!("ready");
    Ok((provider, orders))
}

/// Says every second how many tasks there are, for ever.
async fn tell_tasks() {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        let tasks = tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks();
        println!("{{\"tasks\":{tasks}}}");
    }
}
