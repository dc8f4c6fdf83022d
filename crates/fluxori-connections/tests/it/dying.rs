//! Ports that kill the process at a named step, as `kill -9` would.

use std::sync::Arc;

use async_trait::async_trait;
use fluxori_domain::{
    AccountId, AuditEvent, Backend, Connection, ConnectionFilter, ConnectionId, LastSync,
    Marketplace, Page, PageRequest, Plaintext, SecretContext, StoredSecret, TenantScope,
    ports::{
        Candidates, ConnectionRepository, CredentialChange, NewConnection, SecretStore,
        SecretStoreError, Selector, StorageError, Tombstone,
    },
};

/// Where the process dies: a step, `before` or `after` it, and at which time it comes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Death(Option<String>);

impl Death {
    pub(crate) const fn at(moment: Option<String>) -> Self {
        Self(moment)
    }

    fn comes(&self, moment: &str) {
        if self.0.as_deref() == Some(moment) {
            // SIGKILL: no destructor, no flush, no goodbye.
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)
                .unwrap();
        }
    }
}

/// Every step that changes something, in the order of a connection's life.
pub(crate) const MOMENTS: &[&str] = &[
    "before put",
    "after put",
    "before insert",
    "after insert",
    "before update",
    "after update",
    "before bury",
    "after bury",
    "before destroy",
    "after destroy",
    "before remove",
    "after remove",
];

pub(crate) struct DyingConnections {
    pub(crate) real: Arc<dyn ConnectionRepository>,
    pub(crate) death: Death,
}

#[async_trait]
impl ConnectionRepository for DyingConnections {
    async fn insert(&self, new: NewConnection) -> Result<Connection, StorageError> {
        self.death.comes("before insert");
        let result = self.real.insert(new).await;
        self.death.comes("after insert");
        result
    }

    async fn find(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> Result<Option<Connection>, StorageError> {
        self.real.find(scope, id).await
    }

    async fn find_account(
        &self,
        scope: &TenantScope,
        marketplace: Marketplace,
        account: &AccountId,
    ) -> Result<Option<ConnectionId>, StorageError> {
        self.real.find_account(scope, marketplace, account).await
    }

    async fn find_with_credential(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> Result<Option<(Connection, fluxori_domain::Credential)>, StorageError> {
        self.real.find_with_credential(scope, id).await
    }

    async fn list(
        &self,
        scope: &TenantScope,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, StorageError> {
        self.real.list(scope, filter, page).await
    }

    async fn update(
        &self,
        connection: Connection,
        credential: Option<CredentialChange>,
        event: AuditEvent,
    ) -> Result<Connection, StorageError> {
        self.death.comes("before update");
        let result = self.real.update(connection, credential, event).await;
        self.death.comes("after update");
        result
    }

    async fn record_sync(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        sync: LastSync,
        event: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.real.record_sync(scope, id, sync, event).await
    }

    async fn read_credential(
        &self,
        scope: &TenantScope,
        marketplace: Marketplace,
        selector: &Selector,
    ) -> Result<Candidates, StorageError> {
        self.real
            .read_credential(scope, marketplace, selector)
            .await
    }

    async fn bury(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        version: Option<i64>,
        event: AuditEvent,
    ) -> Result<Tombstone, StorageError> {
        self.death.comes("before bury");
        let result = self.real.bury(scope, id, version, event).await;
        self.death.comes("after bury");
        result
    }

    async fn remove(&self, tombstone: &Tombstone, event: AuditEvent) -> Result<(), StorageError> {
        self.death.comes("before remove");
        let result = self.real.remove(tombstone, event).await;
        self.death.comes("after remove");
        result
    }

    async fn tombstones(&self, limit: u16) -> Result<Vec<Tombstone>, StorageError> {
        self.real.tombstones(limit).await
    }
}

pub(crate) struct DyingSecrets {
    pub(crate) real: Arc<dyn SecretStore>,
    pub(crate) death: Death,
}

#[async_trait]
impl SecretStore for DyingSecrets {
    fn backend(&self) -> Backend {
        self.real.backend()
    }

    async fn put(
        &self,
        context: &SecretContext,
        plaintext: &Plaintext,
    ) -> Result<StoredSecret, SecretStoreError> {
        self.death.comes("before put");
        let result = self.real.put(context, plaintext).await;
        self.death.comes("after put");
        result
    }

    async fn open(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<Plaintext, SecretStoreError> {
        self.real.open(context, stored).await
    }

    async fn destroy(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<(), SecretStoreError> {
        self.death.comes("before destroy");
        let result = self.real.destroy(context, stored).await;
        self.death.comes("after destroy");
        result
    }
}
