use std::{net::SocketAddr, pin::pin, process::ExitCode, sync::Arc};

use anyhow::{Context, Result};
use fluxori_api::{ApiSettings, ApiState, PageState, Server};
use fluxori_credentials::{
    Clock, LogSection, ObservationSection, ServiceSection, Settings, SystemClock, Values,
    telemetry::events,
};
use futures_util::future::{Either, select};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    api_settings::api_settings,
    housekeeping::Housekeeper,
    identity_http::SharedClient,
    metrics::{self, KeepsHouse, MetricsListener, Recorded},
    open_files,
    page::BuiltPage,
    readiness::StillRight,
    traces::Traces,
    waiting::connect,
};

/// Serves the HTTP API until told to stop.
pub(crate) fn serve() -> Result<ExitCode> {
    let values = Values::from_env()?;
    let observation = ObservationSection::load(&values)?;
    let service = ServiceSection::load(&values)?.service_name;
    let traces = Traces::of(&observation, &service)?;
    crate::logging::start_with(
        &LogSection::load(&values)?,
        traces.as_ref().map(Traces::tracer),
    )?;
    tracing::info!(
        event = events::SERVER_STARTING,
        version = env!("CARGO_PKG_VERSION"),
        "starting"
    );
    let api = api_settings(&values)?;
    if let Some(address) = observation.metrics_listen {
        metrics::check(address, api.listen.iter().chain(&api.tls.listen))?;
    }
    let mut settings = Settings::load(&values)?;
    settings.own_readers = u32::try_from(api.workers()).unwrap_or(u32::MAX);
    open_files::allow(api.protection.max_connections);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    runtime.block_on(run(settings, api, (observation.metrics_listen, traces)))?;
    Ok(ExitCode::SUCCESS)
}

async fn run(
    settings: Settings,
    api: ApiSettings,
    (metrics, traces): (Option<SocketAddr>, Option<Traces>),
) -> Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut stop = pin!(stop_signal()?);
    let keeps_house = KeepsHouse::default();
    // Before anything is made that counts.
    let metrics = match metrics {
        Some(address) => Some((address, Recorded::start(keeps_house.clone())?)),
        None => None,
    };
    metrics::observe_process(&settings, &*clock);
    let wiring = {
        let connecting = pin!(connect(&settings, &clock));
        match select(connecting, &mut stop).await {
            Either::Left((wiring, _)) => Arc::new(wiring?),
            Either::Right(((), _)) => return Ok(()),
        }
    };
    let traces = traces.map(|traces| traces.send(wiring.http().clone()));
    let reads = Arc::clone(&wiring);
    let state = ApiState {
        connections: wiring.connections().clone(),
        clock: Arc::clone(&clock),
        worker_begins: Arc::new(move || reads.read_here()),
        readiness: Arc::new(StillRight::new(Arc::clone(&wiring))),
        identity_http: Some(Arc::new(SharedClient(wiring.http().clone()))),
        page: Some(PageState {
            sessions: wiring.sessions(),
            assets: Arc::new(BuiltPage),
        }),
    };
    say_whether_there_is_a_page(&settings);
    let metrics = metrics
        .map(|(address, recorded)| MetricsListener::start(address, recorded, Arc::clone(&wiring)));
    let metrics = metrics.transpose()?;
    let housekeeper = Housekeeper::new(&settings, Arc::clone(&wiring), clock, keeps_house);
    let housekeeping = tokio::spawn(housekeeper.work());
    let served = answer(api, state, stop).await;
    housekeeping.abort();
    wiring.shutdown().await;
    if let Some(traces) = traces {
        traces.finish().await;
    }
    if let Some(metrics) = metrics {
        metrics.stop().await;
    }
    tracing::info!(event = events::SERVER_STOPPED, "stopped");
    served
}

async fn answer(api: ApiSettings, state: ApiState, stop: impl Future<Output = ()>) -> Result<()> {
    let server = Server::bind(api, state)?;
    for address in server.addresses() {
        tracing::info!(
            event = events::SERVER_LISTENING,
            %address,
            "listening"
        );
    }
    for address in server.tls_addresses() {
        tracing::info!(event = events::SERVER_LISTENING_TLS, %address, "listening, with TLS");
    }
    if let Some(path) = server.unix_path() {
        tracing::info!(event = events::SERVER_LISTENING_UNIX, path = %path.display(), "listening on a Unix socket");
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

/// So that nobody has to guess why `/` shows no page, or who may come in.
fn say_whether_there_is_a_page(settings: &Settings) {
    let Some(address) = settings.sign_in.page_address(&settings.consent) else {
        tracing::info!(
            event = events::PAGE_OFF,
            "the page is off: PUBLIC_URL with OIDC_ISSUER and OIDC_CLIENT_ID turns it on, or SIGN_IN_LINKS for development"
        );
        return;
    };
    tracing::info!(
        event = events::PAGE_ON,
        %address,
        "the page is on"
    );
    if settings.sign_in.sign_in_links {
        tracing::warn!(
            event = events::PAGE_SIGN_IN_LINKS,
            "SIGN_IN_LINKS is for development: who has such a link needs nothing else"
        );
    }
    if !BuiltPage::is_there() {
        tracing::warn!(
            event = events::PAGE_NOT_BUILT,
            "the page was not built into this program; / says how"
        );
    }
}
