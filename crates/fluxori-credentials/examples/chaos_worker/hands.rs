//! What sellers, adapters and operators do, in the name of numbered sellers.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, Result};
use fluxori_connections::{
    ConnectionError, CreateRequest, Move, MoveReport, ReplaceRequest, Verify,
};
use fluxori_credentials::{
    Backend, Clock, ConnectionId, CredentialError, CredentialProvider, Marketplace,
    MarketplaceCredentials, OrganizationId, SecretText, ServiceName, Settings, SystemClock, UserId,
    Wiring,
};
use fluxori_domain::{
    AuthType, Caller, ConnectionFilter, CredentialForm, PageRequest, TenantScope,
};
use reqwest::{Client, StatusCode, redirect::Policy};
use serde_json::{Value, json};

use crate::belief::grant_of;

/// In how many organizations the sellers are, in turns.
pub(crate) const ORGANIZATIONS: usize = 5;

/// Makes the tables.
pub(crate) async fn migrate() -> Result<Value> {
    let made = fluxori_credentials::migrate(&Settings::from_env()?).await?;
    Ok(json!({"migrations": made.len()}))
}

/// Who a seller is.
pub(crate) fn scope(seller: usize) -> Result<TenantScope> {
    Ok(TenantScope::new(
        organization(seller)?,
        UserId::new(format!("seller-{seller}"))?,
    ))
}

fn organization(seller: usize) -> Result<OrganizationId> {
    Ok(OrganizationId::new(format!(
        "chaos-{}",
        seller % ORGANIZATIONS
    ))?)
}

/// In whose name something is done.
pub(crate) fn caller(seller: usize) -> Result<Caller> {
    Ok(Caller {
        scope: scope(seller)?,
        actor: None,
        service: service()?,
        request_id: None,
    })
}

pub(crate) fn service() -> Result<ServiceName> {
    Ok(ServiceName::new("chaos")?)
}

/// New tokens, which nobody has used.
pub(crate) struct Grant {
    /// Its name, which every access token of it tells.
    pub(crate) name: String,
    form: CredentialForm,
}

/// Everything that one process works with.
pub(crate) struct Hands {
    pub(crate) wiring: Wiring,
    provider: CredentialProvider,
    http: Client,
    marketplaces: String,
}

impl Hands {
    pub(crate) async fn connect() -> Result<Self> {
        let settings = Settings::from_env()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let xero = std::env::var("XERO_API_URL").context("XERO_API_URL is not set")?;
        #[expect(
            clippy::disallowed_methods,
            reason = "an adapter brings its own client"
        )]
        let http = Client::builder();
        Ok(Self {
            wiring: Wiring::connect(&settings, Arc::clone(&clock)).await?,
            provider: CredentialProvider::connect(&settings, clock).await?,
            http: http
                .user_agent("FluxoriChaos/1.0")
                .redirect(Policy::none())
                .build()?,
            marketplaces: xero,
        })
    }

    /// Has the marketplace make tokens of the seller's account.
    pub(crate) async fn buy(&self, seller: usize) -> Result<Grant> {
        let origin = self
            .marketplaces
            .strip_suffix("/xero")
            .unwrap_or(&self.marketplaces);
        let order = json!({"provider": "xero", "accounts": [format!("seller-{seller}")]});
        let url = format!("{origin}/control/grants");
        let answer = self.http.post(url).body(order.to_string()).send().await?;
        let told: Value = serde_json::from_slice(&answer.bytes().await?)
            .ok()
            .context("no JSON")?;
        let grant = &told["grants"][0];
        let text = |value: &Value, name: &str| {
            let text = value.as_str();
            let text = text.with_context(|| format!("no {name} in a grant"))?;
            anyhow::Ok((name.to_owned(), SecretText::copy_of(text)))
        };
        let access = grant["accessToken"].as_str().context("no access token")?;
        Ok(Grant {
            name: grant_of(access)?,
            form: CredentialForm::new(BTreeMap::from([
                text(&grant["accessToken"], "accessToken")?,
                text(&grant["refreshToken"], "refreshToken")?,
                text(&grant["organisations"][0]["tenantId"], "tenantId")?,
            ])),
        })
    }

    pub(crate) async fn create(
        &self,
        seller: usize,
        grant: Grant,
    ) -> Result<Result<ConnectionId, ConnectionError>> {
        let request = CreateRequest {
            marketplace: Marketplace::Xero,
            auth_type: AuthType::OAuth,
            label: None,
            form: grant.form,
            verify: Verify::Skip,
            make_default: false,
            idempotency_key: None,
        };
        let caller = caller(seller)?;
        let created = self.wiring.connections().create(&caller, request);
        Ok(created.await.map(|created| created.connection.id))
    }

    pub(crate) async fn replace(
        &self,
        seller: usize,
        connection: ConnectionId,
        grant: Grant,
    ) -> Result<Result<(), ConnectionError>> {
        let request = ReplaceRequest {
            form: grant.form,
            expected_version: None,
        };
        let caller = caller(seller)?;
        let replaced = self
            .wiring
            .connections()
            .replace(&caller, connection, request);
        Ok(replaced.await.map(|_| ()))
    }

    pub(crate) async fn delete(
        &self,
        seller: usize,
        connection: ConnectionId,
    ) -> Result<Result<(), ConnectionError>> {
        let caller = caller(seller)?;
        let deleted = self
            .wiring
            .connections()
            .delete(&caller, connection, None, false);
        Ok(deleted.await.map(|_| ()))
    }

    /// The connections that the seller sees.
    pub(crate) async fn list(
        &self,
        seller: usize,
    ) -> Result<Result<Vec<ConnectionId>, ConnectionError>> {
        let filter = ConnectionFilter {
            marketplace: None,
            status: None,
            expiring_by: None,
        };
        let page = PageRequest {
            after: None,
            limit: PageRequest::MAX,
        };
        let scope = scope(seller)?;
        let listed = self.wiring.connections().list(&scope, filter, page);
        Ok(listed
            .await
            .map(|page| page.items.into_iter().map(|one| one.id).collect()))
    }

    /// What an adapter is handed.
    pub(crate) async fn read(
        &self,
        seller: usize,
    ) -> Result<Result<MarketplaceCredentials, CredentialError>> {
        let TenantScope { organization, user } = scope(seller)?;
        let read =
            self.provider
                .get_marketplace_credentials(&user, &organization, Marketplace::Xero);
        Ok(read.await)
    }

    /// What the marketplace says to an adapter that was handed this.
    pub(crate) async fn call(&self, credentials: &MarketplaceCredentials) -> Result<StatusCode> {
        let url = format!("{}/api.xro/2.0/Organisation", self.marketplaces);
        let request = credentials.authorize(self.http.get(url));
        Ok(request.send().await?.status())
    }

    /// Moves the secrets of the seller's organization.
    pub(crate) async fn move_all(
        &self,
        seller: usize,
        to: Backend,
    ) -> Result<Result<MoveReport, ConnectionError>> {
        let order = Move {
            to,
            organization: Some(organization(seller)?),
        };
        let moved = self.wiring.connections().move_secrets(&order, |_| ());
        Ok(moved.await)
    }

    /// The client that adapters bring.
    pub(crate) fn http(&self) -> Client {
        self.http.clone()
    }

    pub(crate) async fn shutdown(self) {
        self.provider.shutdown().await;
        self.wiring.shutdown().await;
    }
}
