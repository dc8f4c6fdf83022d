#![doc = include_str!("../README.md")]

mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod google;
mod kms;
mod labels;
mod master_key;
mod names;
mod payload;
mod replication;
mod roles;
mod secrets;
mod store;
mod tokens;

pub use error::{SecretManagerError, Trouble};
pub use google::{Endpoint, Jitter, Operation, RetrySettings, Service};
pub use kms::{
    Ciphertext, KeyDetails, KeyManagement, KeyManagementSettings, KeyState, ProtectionLevel,
};
pub use labels::{Labels, derive_label_value};
pub use master_key::KmsMasterKey;
pub use names::{InvalidName, KeyName, ProjectId, Resource, SecretId, VersionName, VersionNumber};
pub use payload::{MAX_PAYLOAD_BYTES, Payload};
pub use replication::{Replica, Replication};
pub use roles::{Grant, Level, Use};
pub use secrets::{
    PageToken, SecretDetails, SecretManager, SecretManagerSettings, SecretPage, VersionDetails,
    VersionPage, VersionState,
};
pub use store::GoogleStore;
pub use tokens::{BearerToken, GoogleTokens, TokenError, TokenIssuer, TokenSettings, TokenSource};
