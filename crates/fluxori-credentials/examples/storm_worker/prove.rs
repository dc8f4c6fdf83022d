//! The proof that nothing was lost: a process that knows nothing asks for every credential once, and calls the marketplace
//! with it. The starter has let all tokens run out before, so each of them has to be renewed with what is stored.

use std::sync::Arc;

use anyhow::{Context, Result};
use fluxori_credentials::CredentialProvider;
use reqwest::{Client, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use crate::{
    sellers::{self, Sellers},
    tally::Tally,
};

const AT_ONCE: usize = 16;
/// Longer than the lease of a dead process.
const PATIENCE: Duration = Duration::from_secs(80);

pub(crate) async fn run(provider: &CredentialProvider, sellers: Sellers) -> Result<Value> {
    let base = std::env::var("XERO_API_URL").context("XERO_API_URL is not set")?;
    let url: Arc<str> = format!("{base}/api.xro/2.0/Organisation").into();
    let http = http_client()?;
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let (provider, http, url) = (provider.clone(), http.clone(), Arc::clone(&url));
            tokio::spawn(async move {
                let (mut accepted, mut tally) = (0_u64, Tally::default());
                for number in (first..sellers.count()).step_by(AT_ONCE) {
                    let status = call(&provider, &http, &url, number, &mut tally).await?;
                    accepted += u64::from(status == Some(StatusCode::OK));
                }
                anyhow::Ok((accepted, tally))
            })
        })
        .collect();
    let (mut accepted, mut whole) = (0, Tally::default());
    for task in tasks {
        let (more, tally) = task.await??;
        accepted += more;
        whole.add(tally);
    }
    provider.clone().shutdown().await;
    Ok(json!({"accepted": accepted, "seen": whole.json()}))
}

/// What the marketplace answers; `None` when there is no credential to ask with.
async fn call(
    provider: &CredentialProvider,
    http: &Client,
    url: &str,
    number: usize,
    tally: &mut Tally,
) -> Result<Option<StatusCode>> {
    let began = Instant::now();
    loop {
        match sellers::request(provider, number)?.read().await {
            Ok(credential) => {
                tally.reads += 1;
                let request = credential.authorize(http.get(url));
                return Ok(Some(request.send().await?.status()));
            }
            Err(error) => match tally.failed(&error) {
                Some(pause) if began.elapsed() < PATIENCE => sleep(pause).await,
                _ => return Ok(None),
            },
        }
    }
}

fn http_client() -> Result<Client> {
    #[expect(
        clippy::disallowed_methods,
        reason = "an adapter brings its own client"
    )]
    let builder = Client::builder();
    Ok(builder
        .user_agent("FluxoriStorm/1.0")
        .redirect(Policy::none())
        .build()?)
}
