//! Many credentials that do not change: each seller's key of Takealot has the seller's number in it.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, Result};
use fluxori_connections::{CreateRequest, Verify};
use fluxori_credentials::{
    CredentialProvider, Marketplace, MarketplaceCredentials, SecretText, Settings, SystemClock,
    Wiring,
};
use fluxori_domain::{AuthType, CredentialForm, TenantScope};
use serde_json::{Value, json};

use crate::hands::{caller, scope};

const AT_ONCE: usize = 12;

/// Sixteen times a word that is searched for in what processes leave behind, and the number.
fn key(seller: usize) -> String {
    format!("{}{seller:08x}", "fa15ecafe0".repeat(12))
}

/// Whether this is the seller's secret.
pub(crate) fn is_right(seller: usize, credentials: &MarketplaceCredentials) -> bool {
    let headers = credentials.headers();
    let key = key(seller);
    headers
        .values()
        .any(|value| value.as_bytes().ends_with(key.as_bytes()))
}

/// Reads one.
pub(crate) async fn read(
    provider: &CredentialProvider,
    seller: usize,
) -> Result<MarketplaceCredentials> {
    let TenantScope { organization, user } = scope(seller)?;
    let read = provider.get_marketplace_credentials(&user, &organization, Marketplace::Takealot);
    Ok(read.await?)
}

/// Makes so many.
pub(crate) async fn run(credentials: usize) -> Result<Value> {
    let settings = Settings::from_env()?;
    let wiring = Arc::new(Wiring::connect(&settings, Arc::new(SystemClock)).await?);
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let wiring = Arc::clone(&wiring);
            tokio::spawn(async move {
                for seller in (first..credentials).step_by(AT_ONCE) {
                    let field = ("apiKey".to_owned(), SecretText::copy_of(&key(seller)));
                    let request = CreateRequest {
                        marketplace: Marketplace::Takealot,
                        auth_type: AuthType::ApiKey,
                        label: None,
                        form: CredentialForm::new(BTreeMap::from([field])),
                        verify: Verify::Skip,
                        make_default: false,
                        idempotency_key: None,
                    };
                    let caller = caller(seller)?;
                    wiring.connections().create(&caller, request).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    wiring.shutdown().await;
    Ok(json!({ "made": credentials }))
}

/// Reads every one, and says how many are there and right.
pub(crate) async fn check(credentials: usize) -> Result<Value> {
    let provider = CredentialProvider::from_env().await.context("connect")?;
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let provider = provider.clone();
            tokio::spawn(async move {
                let mut right = 0_u64;
                for seller in (first..credentials).step_by(AT_ONCE) {
                    match read(&provider, seller).await {
                        Ok(read) => right += u64::from(is_right(seller, &read)),
                        Err(error) => tracing::error!("{error:#}"),
                    }
                }
                anyhow::Ok(right)
            })
        })
        .collect();
    let mut right = 0;
    for task in tasks {
        right += task.await??;
    }
    provider.shutdown().await;
    Ok(json!({ "right": right }))
}
