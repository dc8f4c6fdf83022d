use std::sync::Arc;

use fluxori_domain::{
    Backend,
    ports::{OutsideStore, SecretStore, SecretStoreError},
};

use crate::observed::ObservedStore;

/// The stores that this process is set up for. Each credential's row names the one that has its secret.
#[derive(Clone)]
pub struct SecretStores {
    home: Arc<dyn SecretStore>,
    other: Option<Arc<dyn SecretStore>>,
}

impl SecretStores {
    /// New credentials go to `home`; `other` is the one that some may not have been moved from yet.
    #[must_use]
    pub fn new(home: Arc<dyn SecretStore>, other: Option<Arc<dyn SecretStore>>) -> Self {
        let observed = |store| Arc::new(ObservedStore::new(store)) as _;
        Self {
            home: observed(home),
            other: other.map(observed),
        }
    }

    /// Where new credentials go.
    #[must_use]
    pub fn home(&self) -> Backend {
        self.home.backend()
    }

    /// Every kind of store that secrets can be opened from.
    pub fn backends(&self) -> impl Iterator<Item = Backend> {
        let stores = [Some(&self.home), self.other.as_ref()];
        stores.into_iter().flatten().map(|store| store.backend())
    }

    /// The store of this kind.
    ///
    /// # Errors
    /// [`SecretStoreError::NotConfigured`].
    pub(crate) fn find(&self, backend: Backend) -> Result<&dyn SecretStore, SecretStoreError> {
        [Some(&self.home), self.other.as_ref()]
            .into_iter()
            .flatten()
            .find(|store| store.backend() == backend)
            .map(Arc::as_ref)
            .ok_or(SecretStoreError::NotConfigured { backend })
    }

    /// The part of that store that lies outside the database, if it has one.
    pub(crate) fn outside(
        &self,
        backend: Backend,
    ) -> Result<Option<&dyn OutsideStore>, SecretStoreError> {
        Ok(self.find(backend)?.outside())
    }
}
