use std::{process::ExitCode, sync::Arc};

use anyhow::{Context, Result};
use async_trait::async_trait;
use fluxori_api::{
    ApiSettings, ApiState, JwtSettings, KeySource, KeySourceError, NotReady, Readiness, Server,
};
use fluxori_credentials::{
    ApiSection, Clock, HttpClient, JwtSection, LogSection, Settings, SystemClock, Values, Wiring,
};
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use crate::housekeeping::Housekeeper;

/// Serves the HTTP API until told to stop.
pub(crate) fn serve() -> Result<ExitCode> {
    let values = Values::from_env()?;
    crate::logging::start(&LogSection::load(&values)?)?;
    let api = api_settings(&values)?;
    let settings = Settings::load(&values)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    runtime.block_on(run(settings, api))?;
    Ok(ExitCode::SUCCESS)
}

async fn run(settings: Settings, api: ApiSettings) -> Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let wiring = Arc::new(Wiring::connect(&settings, Arc::clone(&clock)).await?);
    let state = ApiState {
        connections: wiring.connections().clone(),
        clock: Arc::clone(&clock),
        readiness: Arc::new(DatabaseAnswers(Arc::clone(&wiring))),
        key_source: Some(Arc::new(FetchedKeys(wiring.http().clone()))),
    };
    let housekeeper = Housekeeper::new(&settings, Arc::clone(&wiring), clock);
    let housekeeping = tokio::spawn(housekeeper.work());
    let served = answer(api, state).await;
    housekeeping.abort();
    wiring.shutdown().await;
    served
}

async fn answer(api: ApiSettings, state: ApiState) -> Result<()> {
    let stop = stop_signal()?;
    let server = Server::bind(api, state)?;
    for address in server.addresses() {
        tracing::info!(%address, "listening");
    }
    Ok(server.run(stop).await?)
}

/// Completes when the operator, or what runs the server, asks it to stop.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("no signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("no signals")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

struct DatabaseAnswers(Arc<Wiring>);

#[async_trait]
impl Readiness for DatabaseAnswers {
    async fn check(&self) -> Result<(), NotReady> {
        let ready = self.0.ready().await;
        ready.map_err(|cause| NotReady {
            part: "the database",
            cause: cause.into(),
        })
    }
}

struct FetchedKeys(HttpClient);

#[async_trait]
impl KeySource for FetchedKeys {
    async fn fetch(&self, url: &Url, max_bytes: usize) -> Result<Vec<u8>, KeySourceError> {
        let fetched = self.0.fetch(url, max_bytes).await;
        fetched.map_err(|cause| KeySourceError {
            cause: cause.into(),
        })
    }
}

/// What the API is told, checked.
pub(crate) fn api_settings(values: &Values) -> Result<ApiSettings> {
    let api = ApiSection::load(values)?;
    let jwt = JwtSection::load(values)?;
    let settings = ApiSettings {
        listen: api.listen.0,
        cors_allowed_origins: api.cors_allowed_origins.0,
        max_body_bytes: api.max_body_bytes,
        requests_per_minute: api.requests_per_minute,
        requests_burst: api.requests_burst,
        login_failures_per_minute: api.login_failures_per_minute,
        http_workers: api.http_workers,
        shutdown_timeout_seconds: api.shutdown_timeout_seconds,
        jwt: JwtSettings {
            secret: jwt.secret,
            jwks_url: jwt.jwks_url,
            issuer: jwt.issuer,
            audience: jwt.audience,
            clock_skew_seconds: jwt.clock_skew_seconds,
            user_claim: jwt.user_claim,
            organization_claim: jwt.organization_claim,
            role_claim: jwt.role_claim,
            read_only_roles: jwt.read_only_roles.0,
        },
    };
    settings.check()?;
    Ok(settings)
}
