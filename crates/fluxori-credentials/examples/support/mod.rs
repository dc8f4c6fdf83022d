//! What every adapter does around its request: read the credential, report a refusal, report the end.

use anyhow::{Context, Result, ensure};
use fluxori_credentials::{
    CredentialProvider, Marketplace, MarketplaceCredentials, OrganizationId, Purpose, SyncOutcome,
    UserId,
};
use reqwest::{
    Client, RequestBuilder, StatusCode,
    header::{ACCEPT, HeaderMap, HeaderValue},
    redirect::Policy,
};

/// Sends one request in the name of `ADAPTER_USER` of `ADAPTER_ORGANIZATION`, and says how it went.
#[expect(
    clippy::print_stdout,
    reason = "an example talks to the person who runs it"
)]
pub(crate) async fn run(
    marketplace: Marketplace,
    purpose: &str,
    request: impl Fn(&Client, &MarketplaceCredentials) -> Result<RequestBuilder>,
) -> Result<()> {
    let user = UserId::new(std::env::var("ADAPTER_USER").context("set ADAPTER_USER")?)?;
    let organization = std::env::var("ADAPTER_ORGANIZATION").context("set ADAPTER_ORGANIZATION")?;
    let organization = OrganizationId::new(organization)?;
    let http = http_client()?;

    let provider = CredentialProvider::from_env().await?;
    let purpose = Purpose::new(purpose)?;
    let read = async || {
        provider
            .request(&user, &organization, marketplace)
            .purpose(purpose.clone())
            .read()
            .await
            .with_context(|| format!("no credential for {marketplace}"))
    };
    let send = async |credentials: &MarketplaceCredentials| {
        let request = credentials.authorize(request(&http, credentials)?);
        anyhow::Ok(request.send().await?.status())
    };

    let mut credentials = read().await?;
    let mut status = send(&credentials).await?;
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        // Tokens that can be renewed are renewed by this, so one more try is worth it.
        provider.report_rejected(&credentials).await?;
        println!("{marketplace} answered {status} to {credentials:?}: reported");
        credentials = read().await?;
        status = send(&credentials).await?;
    }
    let outcome = if status.is_success() {
        SyncOutcome::Succeeded
    } else {
        SyncOutcome::Failed
    };
    provider.record_sync(&credentials, outcome).await?;
    println!("{marketplace} answered {status}; {credentials:?}");
    provider.shutdown().await;
    ensure!(status.is_success(), "{marketplace} answered {status}");
    Ok(())
}

/// Introduces itself, asks for JSON, and follows no redirects: one would carry the credential to another host.
fn http_client() -> Result<Client> {
    // A process chooses its TLS implementation once; that it was chosen already is no mistake.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let json = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    #[expect(
        clippy::disallowed_methods,
        reason = "an adapter brings its own client"
    )]
    let builder = Client::builder();
    let builder = builder
        .user_agent("FluxoriExample/1.0")
        .default_headers(json);
    Ok(builder.redirect(Policy::none()).build()?)
}

/// Where a marketplace answers: the same variable that the vault reads, or production.
pub(crate) fn base_url(variable: &str, production: &str) -> String {
    let url = std::env::var(variable).unwrap_or_else(|_| production.to_owned());
    url.trim_end_matches('/').to_owned()
}
