//! The running server.

use std::{net::SocketAddr, path::Path, pin::pin, sync::Arc, time::Duration};

use actix_cors::Cors;
use actix_server::ServerHandle;
use actix_web::{
    App,
    http::{Method, header},
    middleware::{Condition, from_fn},
    web,
};
use fluxori_domain::telemetry::events;
use futures_util::future::{Either, select};

use crate::{
    ApiError, ApiSettings, ApiState,
    admission::{Doors, RequestTimeout, TrustedProxies, refused},
    auth::Authenticator,
    http::{BodyLimits, Limits, edge},
    page::Page,
    routes,
    sign_in::SignIn,
    stopping::Stopping,
    wire::{self, Listeners, Taken},
    work::Work,
};

/// How often allowances that are full again are forgotten.
const TIDY: Duration = Duration::from_mins(1);

/// A server that listens and does not answer yet.
pub struct Server {
    settings: ApiSettings,
    state: ApiState,
    authenticator: Authenticator,
    sign_in: Option<SignIn>,
    proxies: TrustedProxies,
    listeners: Listeners,
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
        let proxies = TrustedProxies::parse(&settings.protection.trusted_proxies)?;
        let listeners = Listeners::bind(&settings)?;
        Ok(Self {
            settings,
            state,
            authenticator,
            sign_in,
            proxies,
            listeners,
        })
    }

    /// Where it listens: with the port that the system chose where the settings say 0.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.plain_addresses()
    }

    /// Where it listens and ends TLS.
    #[must_use]
    pub fn tls_addresses(&self) -> Vec<SocketAddr> {
        self.listeners.encrypted_addresses()
    }

    /// The socket in the file system on which it listens.
    #[must_use]
    pub fn unix_path(&self) -> Option<&Path> {
        self.listeners.unix_path()
    }

    /// Answers requests until `shutdown` completes; then takes no new ones and finishes those it has, also what somebody
    /// began who has gone since.
    ///
    /// Requests are answered on threads of their own; what they change is changed on the present tokio runtime.
    ///
    /// # Errors
    /// [`ApiError::Run`].
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) -> Result<(), ApiError> {
        refused::begin();
        let limits = web::Data::new(Limits::new(&self.settings));
        let tidying = tidy(Arc::clone(&limits));
        let work = Work::here();
        let stopping = web::Data::<Stopping>::default();
        let delay = Duration::from_secs(u64::from(self.settings.shutdown_delay_seconds));
        let certificate = self.listeners.certificate();
        let watching = certificate.map(|certificate| tokio::spawn(certificate.watch()));
        let socket = self.listeners.take_socket();
        let server = self.start(limits, work.clone(), stopping.clone())?;
        let handle = server.handle();
        let result = match select(pin!(server), pin!(shutdown)).await {
            Either::Left((result, _)) => result,
            Either::Right(((), server)) => {
                stopping.begin();
                tracing::info!(
                    event = events::SERVER_NOT_READY,
                    "not ready any more: told to stop"
                );
                let (result, ()) = tokio::join!(server, stop(&handle, delay));
                result
            }
        };
        drop(socket);
        work.drain().await;
        tidying.abort();
        if let Some(watching) = watching {
            watching.abort();
        }
        result.map_err(ApiError::Run)
    }

    fn start(
        self,
        limits: web::Data<Limits>,
        work: web::Data<Work>,
        stopping: web::Data<Stopping>,
    ) -> Result<actix_server::Server, ApiError> {
        let Self {
            settings,
            state,
            authenticator,
            sign_in,
            proxies,
            listeners,
        } = self;
        let protection = &settings.protection;
        let page = sign_in.as_ref().and(state.page.as_ref());
        let page = web::Data::new(page.map(|page| Page::new(Arc::clone(&page.assets))));
        let sign_in = web::Data::new(sign_in);
        let worker_begins = Arc::clone(&state.worker_begins);
        let state = web::Data::new(state);
        let authenticator = web::Data::new(authenticator);
        let proxies = web::Data::new(proxies);
        let doors = web::Data::new(Doors::new(protection, settings.workers()));
        let body = BodyLimits {
            bytes: settings.max_body_bytes,
            time: protection.body_timeout(),
        };
        let longest = RequestTimeout(protection.request_timeout());
        let taken = Taken {
            workers: settings.workers(),
            connections: protection.max_connections,
            shutdown: Duration::from_secs(u64::from(settings.shutdown_timeout_seconds)),
        };
        let origins = settings.cors_allowed_origins;
        let application = move || {
            worker_begins();
            doors.worker_begins();
            App::new()
                .app_data(state.clone())
                .app_data(authenticator.clone())
                .app_data(sign_in.clone())
                .app_data(page.clone())
                .app_data(limits.clone())
                .app_data(proxies.clone())
                .app_data(doors.clone())
                .app_data(work.clone())
                .app_data(stopping.clone())
                .app_data(body)
                .app_data(longest)
                .configure(routes::configure)
                .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
                .wrap(from_fn(edge))
        };
        wire::serve(taken, listeners, application).map_err(ApiError::Run)
    }
}

/// Takes requests for so long as nobody may have heard yet, then finishes those at hand.
async fn stop(handle: &ServerHandle, delay: Duration) {
    const FINISH_REQUESTS: bool = true;
    tokio::time::sleep(delay).await;
    tracing::info!(
        event = events::SERVER_STOPPING,
        "finishing the requests at hand"
    );
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
