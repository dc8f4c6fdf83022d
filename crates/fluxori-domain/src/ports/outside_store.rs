use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::SecretStoreError;
use crate::CredentialId;

/// The part of a secret store that lies outside the database, where nothing goes away by itself.
#[async_trait]
pub trait OutsideStore: Send + Sync {
    /// Whether a secret could be written now. Asked before something is bought that can be stored nowhere else; costs
    /// nothing while the latest write has worked.
    async fn check_writable(&self) -> Result<(), SecretStoreError>;

    /// Destroys one value of a credential. Already gone is success.
    async fn destroy(&self, credential: CredentialId, value: &str) -> Result<(), SecretStoreError>;

    /// Destroys all there is of a credential. Already gone is success.
    async fn destroy_all(&self, credential: CredentialId) -> Result<(), SecretStoreError>;

    /// Every value of a credential that is not destroyed, newest first; none when there is nothing of it.
    async fn values(&self, credential: CredentialId)
    -> Result<Vec<OutsideValue>, SecretStoreError>;

    /// Maintenance: the credentials that something is kept of, in pages. `after` is the mark of the page before.
    async fn list(&self, after: Option<String>) -> Result<OutsidePage, SecretStoreError>;
}

/// A value that is kept outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideValue {
    /// What a row would hold of it.
    pub value: String,
    /// Whether it can be opened: somebody may have disabled it by hand.
    pub is_enabled: bool,
    /// When the keeper made it, by its clock.
    pub made_at: DateTime<Utc>,
}

/// A part of what is kept outside the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutsidePage {
    /// Credentials, and when the keeper made their secrets, by its clock.
    pub credentials: Vec<(CredentialId, DateTime<Utc>)>,
    /// The mark to go on from; `None` at the end.
    pub next: Option<String>,
}
