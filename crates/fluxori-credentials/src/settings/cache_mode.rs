use serde::Deserialize;

/// Whether opened credentials are kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialCacheMode {
    /// Every read looks at its row.
    Off,
    /// While the database tells of every change, what is unchanged is served from memory.
    Coherent,
}
