use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::StorageError;

/// Background work that one process at a time does, whichever it is.
#[async_trait]
pub trait WorkRepository: Send + Sync {
    /// Takes the right to do the work of this name, or keeps it: `false` while another owner has it. It ends by itself,
    /// by the database's clock, so a process that dies holds nobody up for longer.
    async fn claim(
        &self,
        name: &'static str,
        owner: Uuid,
        lease_for: Duration,
    ) -> Result<bool, StorageError>;
}
