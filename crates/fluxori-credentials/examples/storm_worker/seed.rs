//! Makes the database, and connects every grant that comes on the first line of the standard input, past the test of a new connection.

use std::{collections::BTreeMap, io, sync::Arc};

use anyhow::{Context, Result};
use fluxori_connections::{CreateRequest, Verify};
use fluxori_credentials::{
    Marketplace, SecretText, ServiceName, Settings, SystemClock, Wiring, migrate,
};
use fluxori_domain::{AuthType, Caller, CredentialForm, TenantScope};
use serde_json::{Value, json};

use crate::sellers;

/// How many are connected at once.
const AT_ONCE: usize = 16;

/// Reads `{"grants":[{"accessToken":…,"refreshToken":…,"organisations":[{"tenantId":…}]}]}`.
pub(crate) async fn run() -> Result<Value> {
    let settings = Settings::from_env()?;
    migrate(&settings).await?;
    let wiring = Arc::new(Wiring::connect(&settings, Arc::new(SystemClock)).await?);
    let line = io::stdin().lines().next().context("nothing was said")??;
    let told: Value = serde_json::from_str(&line).ok().context("no JSON")?;
    let grants = told["grants"].as_array().context("no list of grants")?;
    let grants: Arc<Vec<Value>> = Arc::new(grants.clone());
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let (wiring, grants) = (Arc::clone(&wiring), Arc::clone(&grants));
            tokio::spawn(async move {
                for number in (first..grants.len()).step_by(AT_ONCE) {
                    connect(&wiring, number, &grants[number]).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    wiring.shutdown().await;
    Ok(json!({"connected": grants.len()}))
}

async fn connect(wiring: &Wiring, number: usize, grant: &Value) -> Result<()> {
    let fields = [
        ("accessToken", &grant["accessToken"]),
        ("refreshToken", &grant["refreshToken"]),
        ("tenantId", &grant["organisations"][0]["tenantId"]),
    ];
    let fields = fields.into_iter().map(|(name, value)| {
        let value = value
            .as_str()
            .with_context(|| format!("no {name} in a grant"))?;
        anyhow::Ok((name.to_owned(), SecretText::copy_of(value)))
    });
    let request = CreateRequest {
        marketplace: Marketplace::Xero,
        auth_type: AuthType::OAuth,
        label: None,
        form: CredentialForm::new(fields.collect::<Result<BTreeMap<_, _>>>()?),
        verify: Verify::Skip,
        make_default: false,
        idempotency_key: None,
    };
    let caller = Caller {
        scope: TenantScope::new(sellers::organization()?, sellers::user(number)?),
        actor: None,
        service: ServiceName::new("storm-seed")?,
        request_id: None,
    };
    wiring.connections().create(&caller, request).await?;
    Ok(())
}
