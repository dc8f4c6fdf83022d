//! Changing the keys that protect what is sealed in the database, while everything goes on.

mod reseal;
mod retire;
mod rotate;
mod throttle;

pub use reseal::{Reseal, ResealReport};
pub use retire::Retirement;
pub use rotate::{Rotate, RotateReport};

use std::sync::Arc;

use fluxori_domain::{
    Clock, OrganizationId,
    ports::{DataKeyRepository, KeyMaintenance, KeyVault, SealedCount},
};

use crate::ConnectionError;

/// How many data keys or organizations are read from the database at once.
const BATCH: u16 = 200;

/// After how many failures a run ends: what fails so often will go on failing.
const MOST_FAILURES: usize = 20;

/// Maintenance of keys, all tenants. Whatever is interrupted may be begun again; two at once do no harm.
#[derive(Clone)]
pub struct Keys {
    /// The data keys of organizations.
    pub data_keys: Arc<dyn DataKeyRepository>,
    /// The same, over all organizations.
    pub maintenance: Arc<dyn KeyMaintenance>,
    /// What makes and wraps them.
    pub vault: Arc<dyn KeyVault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Keys {
    /// How many credentials of one organization, or of all, are sealed in the database.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn count_sealed(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<SealedCount, ConnectionError> {
        Ok(self.maintenance.count_sealed(organization).await?)
    }
}
