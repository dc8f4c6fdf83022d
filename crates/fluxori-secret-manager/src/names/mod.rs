//! What Google calls things, checked before it is sent and after it is received.

mod key;
mod project;
mod resource;
mod secret;
mod version;

pub use key::KeyName;
pub use project::ProjectId;
pub use resource::Resource;
pub use secret::SecretId;
pub use version::{VersionName, VersionNumber};

/// A text is not a name of its kind. Does not quote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {what}")]
pub struct InvalidName {
    /// What it was to be, with the rule.
    pub what: &'static str,
}
