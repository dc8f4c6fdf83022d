//! The proof that nothing was lost: a process that knows only what is believed asks for everything once, and calls the
//! marketplace with it. The starter has let all tokens run out before, so each of them has to be renewed with what is stored.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use fluxori_credentials::CredentialError;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    belief::{Belief, Exists, Seen},
    hands::Hands,
};

const AT_ONCE: usize = 8;
/// Longer than the lease of a dead process.
const PATIENCE: Duration = Duration::from_secs(80);

/// What was found.
#[derive(Default)]
struct Verdict {
    connections: u64,
    lost: Vec<String>,
    wrong: Vec<String>,
}

pub(crate) async fn run(beliefs: Vec<Belief>) -> Result<Value> {
    let hands = Arc::new(Hands::connect().await?);
    let beliefs = Arc::new(beliefs);
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let (hands, beliefs) = (Arc::clone(&hands), Arc::clone(&beliefs));
            tokio::spawn(async move {
                let mut verdict = Verdict::default();
                for belief in beliefs.iter().skip(first).step_by(AT_ONCE) {
                    judge(&hands, belief.clone(), &mut verdict).await?;
                }
                anyhow::Ok(verdict)
            })
        })
        .collect();
    let mut whole = Verdict::default();
    for task in tasks {
        let Verdict {
            connections,
            lost,
            wrong,
        } = task.await??;
        whole.connections += connections;
        whole.lost.extend(lost);
        whole.wrong.extend(wrong);
    }
    if let Some(hands) = Arc::into_inner(hands) {
        hands.shutdown().await;
    }
    Ok(json!({"connections": whole.connections, "lost": whole.lost, "wrong": whole.wrong}))
}

async fn judge(hands: &Hands, mut belief: Belief, verdict: &mut Verdict) -> Result<()> {
    let seller = belief.seller;
    let found = hands.list(seller).await??;
    match (belief.exists, found.len()) {
        (Exists::No | Exists::Maybe, 0) => return Ok(()),
        (Exists::Yes | Exists::Maybe, 1) => {}
        (Exists::Yes, 0) => {
            verdict
                .lost
                .push(format!("{seller}: the connection is gone"));
            return Ok(());
        }
        _ => {
            verdict
                .wrong
                .push(format!("{seller}: a connection that nobody made"));
            return Ok(());
        }
    }
    verdict.connections += 1;
    let began = Instant::now();
    let credentials = loop {
        match hands.read(seller).await? {
            Ok(credentials) => break credentials,
            Err(
                CredentialError::Unavailable { retry_after, .. }
                | CredentialError::Waiting { retry_after, .. },
            ) if began.elapsed() < PATIENCE => sleep(retry_after).await,
            Err(error) => {
                let error = anyhow::Error::new(error);
                verdict.lost.push(format!("{seller}: {error:#}"));
                return Ok(());
            }
        }
    };
    if let Err(what) = belief.learn(Seen::of(&credentials)?) {
        verdict.wrong.push(format!("{seller}: {what}"));
    }
    let status = hands.call(&credentials).await?;
    if status != StatusCode::OK {
        verdict
            .lost
            .push(format!("{seller}: the marketplace answers {status}"));
    }
    Ok(())
}
