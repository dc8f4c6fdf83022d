use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::OrganizationId;

/// Removes everything of one organization, a piece at a time. Whatever is interrupted may be begun again.
#[async_trait]
pub trait OrganizationRemoval: Send + Sync {
    /// What there is.
    async fn contents(
        &self,
        organization: &OrganizationId,
    ) -> Result<OrganizationContents, StorageError>;

    /// Deletes its data keys, active or not: from then on nothing that they sealed opens, except with what a backup or a
    /// process still holds of them. Returns how many.
    async fn destroy_data_keys(&self, organization: &OrganizationId) -> Result<u64, StorageError>;

    /// Deletes at most `limit` credentials with their connections. What stores keep of them outside the database is on
    /// the ledger from then on, due at `at`. Returns how many.
    async fn remove_credentials(
        &self,
        organization: &OrganizationId,
        at: DateTime<Utc>,
        limit: u16,
    ) -> Result<u64, StorageError>;

    /// Deletes at most `limit` of each: flows, sessions and keys of requests. Returns how many.
    async fn remove_rest(
        &self,
        organization: &OrganizationId,
        limit: u16,
    ) -> Result<u64, StorageError>;

    /// Deletes at most `limit` audit events, and the record of their chain when none is left. Returns how many.
    async fn remove_trail(
        &self,
        organization: &OrganizationId,
        limit: u16,
    ) -> Result<u64, StorageError>;
}

/// What there is of an organization.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrganizationContents {
    /// Connections that live.
    pub connections: u64,
    /// Connections that were deleted and are still being cleared up.
    pub tombstones: u64,
    /// Credentials.
    pub credentials: u64,
    /// Data keys.
    pub data_keys: u64,
    /// Sellers who are away at a consent page.
    pub flows: u64,
    /// Who is signed in to the page.
    pub sessions: u64,
    /// Keys of requests.
    pub idempotency_keys: u64,
    /// What is to be destroyed outside the database.
    pub loose_secrets: u64,
    /// Audit events.
    pub audit_events: u64,
}
