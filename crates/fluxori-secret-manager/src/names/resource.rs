use std::fmt;

use super::{KeyName, SecretId, VersionNumber};

/// What a call was about: for errors and logs. Holds names that we made, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// The project as a whole.
    Project,
    /// A secret.
    Secret(SecretId),
    /// One version of a secret.
    Version(SecretId, VersionNumber),
    /// A key in Cloud KMS.
    Key(KeyName),
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project => f.write_str("the project"),
            Self::Secret(secret) => write!(f, "secret {secret}"),
            Self::Version(secret, version) => write!(f, "version {version} of secret {secret}"),
            Self::Key(key) => write!(f, "key {key}"),
        }
    }
}
