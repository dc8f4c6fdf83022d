use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::header::{CACHE_CONTROL, ContentType},
    web,
};
use anyhow::{Context, Result, ensure};
use fluxori_credentials::{Wiring, telemetry::events};
use tokio::task::JoinHandle;

use super::{Recorded, look};

/// The content type of the text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Readers of metrics are few.
const MOST_CONNECTIONS: usize = 16;
/// How long one may take to say what it wants.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);

/// Answers `GET /metrics` and nothing else, whoever asks.
pub(crate) struct MetricsListener {
    handle: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    tidying: JoinHandle<()>,
}

/// Refuses an address that the API listens on, where callers from outside come.
pub(crate) fn check<'a>(
    address: SocketAddr,
    mut api: impl Iterator<Item = &'a SocketAddr>,
) -> Result<()> {
    let is_same = |other: &SocketAddr| {
        let any = address.ip().is_unspecified() || other.ip().is_unspecified();
        other.port() == address.port() && address.port() != 0 && (any || other.ip() == address.ip())
    };
    ensure!(
        !api.any(is_same),
        "METRICS_LISTEN must not be an address of LISTEN: metrics are shown to whoever asks"
    );
    Ok(())
}

impl MetricsListener {
    /// Listens, and answers until it is stopped.
    pub(crate) fn start(
        address: SocketAddr,
        recorded: Recorded,
        wiring: Arc<Wiring>,
    ) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .with_context(|| format!("could not listen on METRICS_LISTEN, {address}"))?;
        let address = listener
            .local_addr()
            .context("the listener has no address")?;
        let tidying = tokio::spawn(recorded.clone().tidy());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(recorded.clone()))
                .app_data(web::Data::from(Arc::clone(&wiring)))
                .route("/metrics", web::get().to(metrics))
        })
        .workers(1)
        .max_connections(MOST_CONNECTIONS)
        .client_request_timeout(HEAD_DEADLINE)
        .shutdown_timeout(1)
        .disable_signals()
        .listen(listener)
        .context("could not listen on METRICS_LISTEN")?
        .run();
        tracing::info!(
            event = events::METRICS_LISTENING,
            %address,
            "metrics are at /metrics"
        );
        if !address.ip().is_loopback() {
            tracing::warn!(
                event = events::METRICS_REACHABLE,
                %address,
                "METRICS_LISTEN is reachable from other machines: nobody is asked who they are there"
            );
        }
        Ok(Self {
            handle: server.handle(),
            serving: tokio::spawn(server),
            tidying,
        })
    }

    /// Stops answering.
    pub(crate) async fn stop(self) {
        self.handle.stop(true).await;
        self.tidying.abort();
        // There is nobody left to tell.
        let _ = self.serving.await;
    }
}

async fn metrics(recorded: web::Data<Recorded>, wiring: web::Data<Wiring>) -> HttpResponse {
    look(&wiring);
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(ContentType(
            TEXT_FORMAT.parse().expect("it is a media type"),
        ))
        .body(recorded.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_api_is_refused_however_it_is_written() {
        let check = |metrics: &str, api: &str| {
            check(metrics.parse().unwrap(), [api.parse().unwrap()].iter())
        };
        assert!(check("127.0.0.1:9090", "127.0.0.1:9090").is_err());
        assert!(check("0.0.0.0:9090", "127.0.0.1:9090").is_err());
        assert!(check("127.0.0.1:9090", "[::]:9090").is_err());
        assert!(check("127.0.0.1:9090", "127.0.0.1:8080").is_ok());
        assert!(check("127.0.0.1:9090", "10.0.0.1:9090").is_ok());
        assert!(
            check("127.0.0.1:0", "127.0.0.1:0").is_ok(),
            "the system chooses"
        );
    }
}
