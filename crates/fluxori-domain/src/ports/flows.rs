use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{ConnectionId, ConsentTarget, Label, Marketplace, SecretHash, TenantScope, UserId};

/// A seller is away at a marketplace's consent page. Holds no secret: what has to come back is known by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthFlow {
    /// The state that comes back.
    pub state: SecretHash,
    /// The browser that the seller left with.
    pub browser: SecretHash,
    /// For whom.
    pub scope: TenantScope,
    /// Who asks, where that is another user of the organization.
    pub actor: Option<UserId>,
    /// Where.
    pub marketplace: Marketplace,
    /// For which account.
    pub target: ConsentTarget,
    /// The connection that is connected anew; `None` for a new one.
    pub reconnects: Option<ConnectionId>,
    /// The seller's name for a new connection.
    pub label: Option<Label>,
    /// Whether a new connection becomes the default of its marketplace.
    pub make_default: bool,
    /// Where the browser goes in the end.
    pub return_to: String,
    /// When the seller has taken too long.
    pub expires_at: DateTime<Utc>,
}

/// Consents that are being asked for.
#[async_trait]
pub trait FlowRepository: Send + Sync {
    /// Remembers a flow.
    async fn begin(&self, flow: OAuthFlow) -> Result<(), StorageError>;

    /// Takes out the flow of this state, browser and marketplace, unless it has expired at `now`: by one atomic
    /// statement, so that nobody gets it twice. A flow that does not fit in everything stays as it is.
    async fn take(
        &self,
        state: SecretHash,
        browser: SecretHash,
        marketplace: Marketplace,
        now: DateTime<Utc>,
    ) -> Result<Option<OAuthFlow>, StorageError>;

    /// Maintenance, all tenants: forgets what expired before `now`; returns how many.
    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, StorageError>;
}
