use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::StorageError;
use crate::{Backend, CredentialId, StoredSecret, TenantScope};

/// Something that is, or may be, kept outside the database and that no credential's row holds.
///
/// The entry is written before the keeper is called. The transaction that makes a row hold the value takes the entry
/// away and leaves one for the value that the row held before; without the entry it fails. So whatever is outside is
/// named by the database at every moment, and nothing that a sweep has begun to destroy can come into use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooseSecret {
    /// Its name for ever.
    pub id: Uuid,
    /// Whose credential.
    pub scope: TenantScope,
    /// Which credential; its row may not exist yet, or not any more.
    pub credential: CredentialId,
    /// Which store.
    pub backend: Backend,
    /// In which place of that store. The texts of its values begin with this name.
    pub place: String,
    /// What a row would hold of it. `None` while it is being written, and for ever if the writer died.
    pub value: Option<String>,
    /// When it may be destroyed. Nothing but courtesy to slow readers and writers depends on it.
    pub due_at: DateTime<Utc>,
}

impl LooseSecret {
    /// How long a value stays after a row has let go of it for another: readers may have read the row just before.
    pub const GRACE: TimeDelta = TimeDelta::minutes(1);
}

/// The answer to [`SecretLedger::condemn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sentence {
    /// There is no such entry any more.
    Gone,
    /// The entry has no value, and somebody else, whose time ends later, is writing one to the same place: which one,
    /// nobody knows. Or a value has been noted since the entry was read. Ask again later, with the entry as it is then.
    ///
    /// Writers whose time ends no later are condemned along with the entry: of several that died in one place, none waits
    /// for another.
    Busy,
    /// Neither the credential's row nor another entry that is not condemned has anything in the place: it is to be
    /// destroyed with all that is in it. Nobody may begin to write there until the entry is forgotten.
    Everything,
    /// The entry's value is to be destroyed; for an entry without a value, all values in the place that were listed
    /// before, but these: the row's, and those of other entries that are not condemned.
    AllBut(Vec<String>),
}

/// The database's account of what is kept outside it. A sentence is passed in one transaction, and nothing that it
/// condemns can be held by a row afterwards.
#[async_trait]
pub trait SecretLedger: Send + Sync {
    /// The name of this installation's database, made with it: what is kept outside carries it, so that several
    /// installations never take each other's secrets for strays.
    async fn installation(&self) -> Result<Uuid, StorageError>;

    /// Notes that a value is about to be written. The entry has no value yet.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] while the place is being destroyed with everything in it.
    async fn begin(&self, entry: &LooseSecret) -> Result<(), StorageError>;

    /// Notes which value was written; `false` when the entry was condemned meanwhile, or taken away. Noting the same
    /// again changes nothing.
    async fn written(&self, id: Uuid, value: &str) -> Result<bool, StorageError>;

    /// Maintenance, all tenants: entries that are due at `now`, the longest due first.
    async fn due(&self, now: DateTime<Utc>, limit: u16) -> Result<Vec<LooseSecret>, StorageError>;

    /// The entries of one credential, condemned ones included.
    async fn of_credential(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> Result<Vec<LooseSecret>, StorageError>;

    /// Maintenance, all tenants: what the database knows of credentials: those it has a row or an entry of.
    async fn known(&self, credentials: &[CredentialId]) -> Result<Vec<KnownSecret>, StorageError>;

    /// Decides what is to be destroyed for an entry. Asking again, after a crash, is answered again. From then on no row can
    /// take the entry's value up.
    async fn condemn(&self, entry: &LooseSecret) -> Result<Sentence, StorageError>;

    /// Removes an entry: what it named is destroyed. Doing it again does nothing.
    async fn forget(&self, id: Uuid) -> Result<(), StorageError>;
}

/// What the database knows of one credential's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSecret {
    /// Which credential.
    pub credential: CredentialId,
    /// Whose it is.
    pub scope: TenantScope,
    /// What its row holds, if there is a row.
    pub held: Option<StoredSecret>,
    /// Its entries, condemned ones included.
    pub loose: Vec<LooseSecret>,
}
