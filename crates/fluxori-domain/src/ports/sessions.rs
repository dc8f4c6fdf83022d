use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{Roles, SecretHash, TenantScope};

/// Somebody is signed in to the page in one browser, or may be by a link. Holds no secret: the browser's cookie, or the
/// token in the link, is known by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub scope: TenantScope,
    /// What they were when they signed in.
    pub roles: Roles,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Who is signed in to the page. A link is a session that nobody has begun yet: neither opens what the other does.
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Remembers a session under the hash of its cookie.
    async fn begin(&self, cookie: SecretHash, session: &Session) -> Result<(), StorageError>;

    /// The session of this cookie, unless it has expired at `now`. A link's token finds nothing here.
    async fn find(
        &self,
        cookie: SecretHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StorageError>;

    /// Forgets the session of this cookie; whether there was one.
    async fn end(&self, cookie: SecretHash) -> Result<bool, StorageError>;

    /// Remembers a link under the hash of its token, for whoever opens it first before `link.expires_at`.
    async fn offer(&self, token: SecretHash, link: &Session) -> Result<(), StorageError>;

    /// Makes the link of this token, unless it has expired at `now`, a session of this cookie until `until`: in one
    /// transaction, so that nobody opens it twice. The session, or `None` when there is no such link (any more).
    async fn redeem(
        &self,
        token: SecretHash,
        cookie: SecretHash,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StorageError>;

    /// Maintenance, all tenants: forgets sessions and links that expired before `now`; returns how many.
    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, StorageError>;
}
