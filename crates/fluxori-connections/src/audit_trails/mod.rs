//! Checking, exporting and pruning the trails of all tenants.

mod export;
mod heads;
mod prune;
mod verify;
mod walk;

use std::sync::Arc;

use fluxori_domain::{Clock, ports::AuditTrail};

use crate::ConnectionError;

pub use heads::{AuditHeads, MalformedHead};
pub use prune::{Prune, PruneReport};
pub use verify::{VerifyReport, VerifyTrails};
pub use walk::{AuditDamage, AuditFinding};

/// How many events or organizations are read from the database at once.
const BATCH: u16 = 500;

/// Maintenance of the audit trails, all tenants. Needs no key: nothing in a trail is sealed.
#[derive(Clone)]
pub struct AuditTrails {
    /// The trails.
    pub trail: Arc<dyn AuditTrail>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl AuditTrails {
    /// How many events there are, in all organizations or one.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn count(&self, organization: Option<&str>) -> Result<u64, ConnectionError> {
        Ok(self.trail.count(organization).await?)
    }

    /// The next organizations to look at: the one that is meant, or a page of all.
    async fn organizations(
        &self,
        only: Option<&str>,
        after: Option<&str>,
    ) -> Result<Vec<String>, ConnectionError> {
        match (only, after) {
            (Some(only), None) => Ok(vec![only.to_owned()]),
            (Some(_), Some(_)) => Ok(Vec::new()),
            (None, after) => Ok(self.trail.organizations(after, BATCH).await?),
        }
    }
}
