use fluxori_domain::{MasterKeyId, OrganizationId, ports::WrappedBy};

use super::Keys;
use crate::ConnectionError;

/// How many organizations are named that still need a master key.
const NAMED: u16 = 5;

/// What withdrawing a master key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retirement {
    /// Nothing needs it, and nothing ever will: whatever is wrapped by it is not stored any more.
    Withdrawn,
    /// Data keys are wrapped by it. Nothing was changed.
    Needed {
        /// How many.
        data_keys: u64,
        /// Whose some of them are.
        organizations: Vec<OrganizationId>,
    },
    /// It is the active master key of this process. Nothing was changed.
    Active,
}

impl Keys {
    /// Withdraws a master key for ever, if nothing needs it.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn retire(&self, key: &MasterKeyId) -> Result<Retirement, ConnectionError> {
        if key == self.vault.active() {
            return Ok(Retirement::Active);
        }
        let now = self.clock.now();
        let data_keys = self.maintenance.withdraw(key, now).await?;
        if data_keys == 0 {
            return Ok(Retirement::Withdrawn);
        }
        let by = WrappedBy::Only(key.clone());
        let some = self.maintenance.wrapped(&by, None, NAMED).await?;
        let mut organizations: Vec<_> = some.into_iter().map(|key| key.organization).collect();
        organizations.dedup();
        Ok(Retirement::Needed {
            data_keys,
            organizations,
        })
    }
}
