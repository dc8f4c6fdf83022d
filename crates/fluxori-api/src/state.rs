use std::sync::Arc;

use fluxori_connections::Connections;
use fluxori_domain::{Clock, ports::SessionRepository};

use crate::{IdentityHttp, PageAssets, Readiness};

/// What the routes work with. Wired by the program.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub connections: Connections,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Called on each thread that answers requests, before it does: for what a thread had better have to itself. May be called
    /// again on the same one.
    pub worker_begins: Arc<dyn Fn() + Send + Sync>,
    /// Whether requests can be served.
    pub readiness: Arc<dyn Readiness>,
    /// Asks the identity provider; needed when `JWT_JWKS_URL` or `OIDC_ISSUER` is set.
    pub identity_http: Option<Arc<dyn IdentityHttp>>,
    /// The page; needed when the settings say how to sign in to it.
    pub page: Option<PageState>,
}

/// What the page needs besides.
#[derive(Clone)]
pub struct PageState {
    /// Who is signed in.
    pub sessions: Arc<dyn SessionRepository>,
    /// Its files.
    pub assets: Arc<dyn PageAssets>,
}
