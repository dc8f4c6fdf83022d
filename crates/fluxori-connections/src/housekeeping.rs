use fluxori_domain::ServiceName;

use crate::{ConnectionError, Connections};

/// What a round of housekeeping did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Housekeeping {
    /// Interrupted deletions that were finished.
    pub deletions: usize,
    /// Idempotency keys that were forgotten.
    pub idempotency_keys: u64,
}

impl Connections {
    /// Maintenance, all tenants: finishes what was interrupted and forgets what has expired. May run at any time, in
    /// any number of processes at once.
    ///
    /// # Errors
    /// The first failure; what was done before it stays done.
    pub async fn housekeeping(
        &self,
        service: &ServiceName,
    ) -> Result<Housekeeping, ConnectionError> {
        let deletions = self.finish_deletions(service).await?;
        let idempotency_keys = self.ports.idempotency.purge(self.now()).await?;
        Ok(Housekeeping {
            deletions,
            idempotency_keys,
        })
    }
}
