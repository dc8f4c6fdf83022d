use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::SecretStoreError;
use crate::CredentialId;

/// The part of a secret store that lies outside the database, where nothing goes away by itself.
///
/// It keeps the values of a credential in a place: at Google, the versions of one secret. A place is named after its
/// credential and never used again once it is destroyed, so whoever destroys it late destroys nothing else. A value is
/// written as the name of its place, `/versions/`, and its own name.
#[async_trait]
pub trait OutsideStore: Send + Sync {
    /// The name of a new place for a credential, which nobody has used before. Nothing is made yet.
    ///
    /// # Errors
    /// [`SecretStoreError::Outside`] when the machine gives no random bytes.
    fn name_place(&self, credential: CredentialId) -> Result<Place, SecretStoreError>;

    /// The place that a row's value is in.
    ///
    /// # Errors
    /// [`SecretStoreError::DoesNotOpen`] when the value is not one of this credential and this store.
    fn place_of(&self, credential: CredentialId, value: &str) -> Result<Place, SecretStoreError>;

    /// Destroys one value of a credential. Already gone is success.
    async fn destroy(&self, credential: CredentialId, value: &str) -> Result<(), SecretStoreError>;

    /// Destroys a place with all that is in it. Already gone is success.
    async fn destroy_place(
        &self,
        credential: CredentialId,
        place: &str,
    ) -> Result<(), SecretStoreError>;

    /// Every value in a place that is not destroyed, newest first; none when there is no such place.
    async fn values(
        &self,
        credential: CredentialId,
        place: &str,
    ) -> Result<Vec<OutsideValue>, SecretStoreError>;

    /// Maintenance: the places of this installation, in pages. `after` is the mark of the page before.
    async fn list(&self, after: Option<String>) -> Result<OutsidePage, SecretStoreError>;
}

/// Where the values of a credential are kept outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Whether it has to be made first. Finding it made already is no obstacle then: an answer was lost.
    pub is_new: bool,
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
    /// The places.
    pub places: Vec<OutsidePlace>,
    /// The mark to go on from; `None` at the end.
    pub next: Option<String>,
}

/// A place that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsidePlace {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub credential: CredentialId,
    /// When the keeper made it, by its clock.
    pub made_at: DateTime<Utc>,
}
