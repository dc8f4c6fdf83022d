use std::sync::Arc;

use fluxori_connections::Connections;
use fluxori_domain::Clock;

use crate::{KeySource, Readiness};

/// What the routes work with. Wired by the program.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub connections: Connections,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whether requests can be served.
    pub readiness: Arc<dyn Readiness>,
    /// Fetches the identity provider's keys; needed when `JWT_JWKS_URL` is set.
    pub key_source: Option<Arc<dyn KeySource>>,
}
