use std::fmt;

use crate::{CredentialId, DataKeyId, Marketplace, OrganizationId, text::named_enum};

named_enum!(
    /// Which store keeps a secret. Each credential row names its own.
    Backend, "a secret store" {
        /// Sealed by the vault, in the row itself.
        Database = "database",
        /// In Google Secret Manager; the row names the version.
        GoogleSecretManager = "google_secret_manager",
    }
);

impl Backend {
    /// Whether something exists outside the database that does not go with the row.
    #[must_use]
    pub const fn is_outside(self) -> bool {
        match self {
            Self::Database => false,
            Self::GoogleSecretManager => true,
        }
    }
}

/// What a credential row holds of its secret: a sealed value, or a reference. Never the secret.
///
/// Prints the store only: a sealed value is useless in a log, and nothing should get used to it there.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// Which store understands `value`.
    pub backend: Backend,
    /// What that store needs to find and open the secret.
    pub value: String,
}

impl StoredSecret {
    /// The place outside the database that the value is in: what comes before `/versions/`. `None` for a value that is
    /// all in the row.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        if !self.backend.is_outside() {
            return None;
        }
        self.value.rsplit_once("/versions/").map(|(place, _)| place)
    }

    /// The data key that seals the value: `fx1.<data key>.…`. `None` for a value outside the database.
    #[must_use]
    pub fn data_key(&self) -> Option<DataKeyId> {
        if self.backend.is_outside() {
            return None;
        }
        let (_, rest) = self.value.split_once('.')?;
        DataKeyId::new(rest.split('.').next()?).ok()
    }
}

impl fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSecret")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

/// Counts the stored changes of one credential, from 1. Everything that could be stale carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(i64);

impl Generation {
    /// The generation of a credential that was just created.
    pub const FIRST: Self = Self(1);

    /// A generation that was stored before; `None` below 1.
    #[must_use]
    pub const fn from_stored(number: i64) -> Option<Self> {
        if number >= 1 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The generation after this one.
    ///
    /// # Panics
    /// After 2⁶³ − 1 changes of one credential.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The number, from 1.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What a secret is bound to. A sealed value opens only in the context it was sealed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretContext {
    /// Owner.
    pub organization: OrganizationId,
    /// Row.
    pub credential: CredentialId,
    /// Where it is valid.
    pub marketplace: Marketplace,
    /// Which change of the row it belongs to.
    pub generation: Generation,
}
