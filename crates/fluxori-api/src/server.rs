//! The running server.

use std::{
    net::{SocketAddr, TcpListener},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    App, HttpServer,
    dev::ServerHandle,
    http::{Method, header},
    middleware::{Condition, from_fn},
    web,
};
use fluxori_domain::telemetry::events;
use futures_util::future::{Either, select};

use crate::{
    ApiError, ApiSettings, ApiState,
    auth::Authenticator,
    http::{Limits, MaxBody, edge},
    page::Page,
    routes,
    sign_in::SignIn,
};

/// How long a client may take to send the head of a request.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How often allowances that are full again are forgotten.
const TIDY: Duration = Duration::from_mins(1);

/// A server that listens and does not answer yet.
pub struct Server {
    settings: ApiSettings,
    state: ApiState,
    authenticator: Authenticator,
    sign_in: Option<SignIn>,
    listeners: Vec<TcpListener>,
}

impl Server {
    /// Checks the settings and takes the addresses.
    ///
    /// # Errors
    /// [`ApiError::Settings`], [`ApiError::Listen`].
    pub fn bind(mut settings: ApiSettings, state: ApiState) -> Result<Self, ApiError> {
        settings.check()?;
        let authenticator = Authenticator::new(&settings.jwt, &state)?;
        let sign_in = SignIn::new(&mut settings, &state)?;
        let listeners = settings
            .listen
            .iter()
            .map(|address| {
                TcpListener::bind(address).map_err(|cause| ApiError::Listen {
                    address: *address,
                    cause,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            settings,
            state,
            authenticator,
            sign_in,
            listeners,
        })
    }

    /// Where it listens: with the port that the system chose where the settings say 0.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let addresses = self.listeners.iter();
        addresses
            .filter_map(|listener| listener.local_addr().ok())
            .collect()
    }

    /// Answers requests until `shutdown` completes; then takes no new ones and finishes those it has.
    ///
    /// Runs on the present tokio runtime; requests are answered on threads of their own.
    ///
    /// # Errors
    /// [`ApiError::Run`].
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ApiError> {
        let limits = web::Data::new(Limits::new(&self.settings));
        let tidying = tidy(Arc::clone(&limits));
        let server = self.start(limits)?;
        let handle = server.handle();
        let result = match select(pin!(server), pin!(shutdown)).await {
            Either::Left((result, _)) => result,
            Either::Right(((), server)) => {
                tracing::info!(
                    event = events::SERVER_STOPPING,
                    "finishing the requests at hand"
                );
                let (result, ()) = tokio::join!(server, stop(&handle));
                result
            }
        };
        tidying.abort();
        result.map_err(ApiError::Run)
    }

    fn start(self, limits: web::Data<Limits>) -> Result<actix_web::dev::Server, ApiError> {
        let Self {
            settings,
            state,
            authenticator,
            sign_in,
            listeners,
        } = self;
        let page = sign_in.as_ref().and(state.page.as_ref());
        let page = web::Data::new(page.map(|page| Page::new(Arc::clone(&page.assets))));
        let sign_in = web::Data::new(sign_in);
        let state = web::Data::new(state);
        let authenticator = web::Data::new(authenticator);
        let max_body = MaxBody(settings.max_body_bytes);
        let origins = settings.cors_allowed_origins;
        let mut server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .app_data(authenticator.clone())
                .app_data(sign_in.clone())
                .app_data(page.clone())
                .app_data(limits.clone())
                .app_data(max_body)
                .configure(routes::configure)
                .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
                .wrap(from_fn(edge))
        })
        .client_request_timeout(HEAD_DEADLINE)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(u64::from(settings.shutdown_timeout_seconds))
        .disable_signals();
        if settings.http_workers > 0 {
            server = server.workers(settings.http_workers);
        }
        for listener in listeners {
            server = server.listen(listener).map_err(ApiError::Run)?;
        }
        Ok(server.run())
    }
}

async fn stop(handle: &ServerHandle) {
    const FINISH_REQUESTS: bool = true;
    handle.stop(FINISH_REQUESTS).await;
}

fn tidy(limits: Arc<Limits>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut interval = tokio::time::interval(TIDY);
        loop {
            interval.tick().await;
            limits.forget_the_quiet();
        }
    })
}

/// Lets pages of the named origins call, with a token that they send themselves. Credentials are allowed for the cookie that
/// ties a consent to its browser and lets nobody in. The cookie of a session is not looked at when another page asks, and
/// `X-CSRF-Token` is not among the headers that one may send.
fn cors(origins: &[String]) -> Cors {
    let sent = [
        "idempotency-key",
        "if-match",
        "if-none-match",
        "x-request-id",
    ];
    let shown = [
        "etag",
        "location",
        "idempotency-replayed",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "x-request-id",
    ];
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers(sent)
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers(shown)
        .supports_credentials()
        .max_age(600);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}
