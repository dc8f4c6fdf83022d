//! What one process asks of Google for each thing that is done.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, Result, ensure};
use fluxori_connections::ReadRequest;
use fluxori_credentials::{Clock, ConnectionId, Settings, Wiring};
use fluxori_domain::{Marketplace, ports::Selector};
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    hands::{Hands, caller},
    heal::AheadClock,
};

/// Counts what came to Google.
struct Meter {
    http: Client,
    url: String,
    last: u64,
}

impl Meter {
    /// How many calls came since this was asked last. Tokens, which last for an hour, are none.
    async fn calls(&mut self) -> Result<u64> {
        let answer = self.http.get(&self.url).send().await?.bytes().await?;
        let told: BTreeMap<String, u64> = serde_json::from_slice(&answer)?;
        let counted = told
            .iter()
            .filter(|(call, _)| !["token", "metadata_token", "metadata"].contains(&call.as_str()));
        let whole: u64 = counted.map(|(_, count)| count).sum();
        Ok(whole - std::mem::replace(&mut self.last, whole))
    }
}

pub(crate) async fn run(credentials: usize) -> Result<Value> {
    let hands = Hands::connect().await?;
    let mut meter = Meter {
        http: hands.http(),
        url: std::env::var("GOOGLE_CONTROL").context("GOOGLE_CONTROL is not set")? + "/counts",
        last: 0,
    };
    meter.calls().await?;

    let mut made: Vec<ConnectionId> = Vec::new();
    for seller in 0..credentials {
        let grant = hands.buy(seller).await?;
        made.push(hands.create(seller, grant).await??);
    }
    let create = meter.calls().await?;

    // Processes that have not made anything, and know nothing.
    let clock = Arc::new(AheadClock::default());
    let settings = Settings::from_env()?;
    let wiring = Wiring::connect(&settings, Arc::clone(&clock) as Arc<dyn Clock>).await?;
    let read_all = async || {
        for seller in 0..credentials {
            let request = ReadRequest {
                marketplace: Marketplace::Xero,
                selector: Selector::Default,
                purpose: None,
                minimum_validity: std::time::Duration::ZERO,
            };
            let caller = caller(seller)?;
            wiring
                .connections()
                .read_credential(&caller, request)
                .await?;
        }
        anyhow::Ok(())
    };
    read_all().await?;
    let first_read = meter.calls().await?;
    for _ in 0..3 {
        read_all().await?;
    }
    let next_reads = meter.calls().await?;

    // The tokens have run out by this clock, and what they replace is destroyed when it is due.
    clock.run_ahead(31);
    read_all().await?;
    clock.run_ahead(2);
    let swept = wiring.connections().sweep().await?;
    ensure!(
        swept.settled >= credentials,
        "what was replaced is not destroyed"
    );
    let refresh = meter.calls().await?;

    for (seller, connection) in made.into_iter().enumerate() {
        hands.delete(seller, connection).await??;
    }
    let delete = meter.calls().await?;
    wiring.shutdown().await;
    hands.shutdown().await;
    Ok(json!({
        "create": create, "firstRead": first_read, "nextReads": next_reads, "refresh": refresh,
        "delete": delete,
    }))
}
