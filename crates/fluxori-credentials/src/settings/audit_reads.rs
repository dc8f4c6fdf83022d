use fluxori_connections::AuditReads;
use serde::Deserialize;

/// When reads of a credential are written to the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditReadsMode {
    /// Soon after the secret was handed out.
    Batched,
    /// Before the secret is handed out.
    Strict,
    /// Never.
    Off,
}

impl From<AuditReadsMode> for AuditReads {
    fn from(mode: AuditReadsMode) -> Self {
        match mode {
            AuditReadsMode::Batched => Self::Batched,
            AuditReadsMode::Strict => Self::Strict,
            AuditReadsMode::Off => Self::Off,
        }
    }
}
