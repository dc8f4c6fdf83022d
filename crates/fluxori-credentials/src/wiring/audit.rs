use std::sync::Arc;

use fluxori_connections::AuditTrails;
use fluxori_domain::{Clock, telemetry::events};
use fluxori_persistence::Database;

use super::database_settings;
use crate::{AuditReadsMode, DatabaseSection, StartError};

/// Opens the audit trails for maintenance. Needs the database and no key.
///
/// # Errors
/// [`StartError`], saying what to do.
pub async fn open_audit_trails(
    settings: &DatabaseSection,
    clock: Arc<dyn Clock>,
) -> Result<AuditTrails, StartError> {
    Ok(AuditTrails {
        trail: Arc::new(Database::connect(&database_settings(settings)).await?),
        clock,
    })
}

/// So that nobody believes in a trail that is not kept.
pub(super) fn say_if_off(mode: AuditReadsMode) {
    if mode == AuditReadsMode::Off {
        tracing::warn!(
            event = events::AUDIT_OFF,
            "AUDIT_READS=off: nobody will know who read which credential"
        );
    }
}
