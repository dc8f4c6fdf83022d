//! Ports that kill the process at a named step, as `kill -9` would.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountId, AuditEvent, Connection, ConnectionFilter, ConnectionId, Credential, CredentialId,
    Generation, LastSync, Marketplace, OrganizationId, OutcomeClass, Overview, Page, PageRequest,
    SecretHash, TenantScope, UserId,
    ports::{
        Begun, Candidates, ConnectionRepository, CredentialChange, FlowRepository, GrantRepository,
        NewConnection, NewGrant, OAuthFlow, RefreshDue, RefreshIntent, RefreshLease,
        RefreshProgress, RefreshRepository, Selector, StorageError, Tombstone,
    },
};
use tokio::sync::Notify;

/// What goes wrong on this side: where the process dies, and which steps fail for want of a database.
#[derive(Debug, Clone, Default)]
pub(crate) struct Death {
    /// A step, `before` or `after` it.
    moment: Option<String>,
    /// So many times more.
    failures: Arc<Mutex<HashMap<&'static str, u32>>>,
    /// The step that panics, once.
    defect: Arc<Mutex<Option<&'static str>>>,
    /// The step that waits, once.
    pause: Arc<Mutex<Option<Pause>>>,
}

/// A step that waits until a test has done something meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Pause {
    step: &'static str,
    reached: Arc<Notify>,
    over: Arc<Notify>,
}

impl Pause {
    /// Returns when the step waits.
    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    pub(crate) fn end(&self) {
        self.over.notify_one();
    }
}

impl Death {
    pub(crate) fn at(moment: Option<String>) -> Self {
        Self {
            moment,
            ..Self::default()
        }
    }

    /// Lets the database be away for a step, so many times.
    pub(crate) fn let_fail(&self, step: &'static str, times: u32) {
        self.failures.lock().unwrap().insert(step, times);
    }

    /// Lets a step wait, once.
    pub(crate) fn let_wait(&self, step: &'static str) -> Pause {
        let (reached, over) = (Arc::default(), Arc::default());
        let pause = Pause {
            step,
            reached,
            over,
        };
        *self.pause.lock().unwrap() = Some(pause.clone());
        pause
    }

    pub(crate) async fn waits(&self, step: &'static str) {
        let due = self
            .pause
            .lock()
            .unwrap()
            .take_if(|pause| pause.step == step);
        if let Some(pause) = due {
            pause.reached.notify_one();
            pause.over.notified().await;
        }
    }

    /// Lets a step panic, once.
    pub(crate) fn let_panic(&self, step: &'static str) {
        *self.defect.lock().unwrap() = Some(step);
    }

    fn fails(&self, step: &'static str) -> Result<(), StorageError> {
        let defect = self
            .defect
            .lock()
            .unwrap()
            .take_if(|defect| *defect == step);
        assert_eq!(defect, None, "a test of what a defect does");
        let mut failures = self.failures.lock().unwrap();
        match failures.get_mut(step) {
            Some(left) if *left > 0 => {
                *left -= 1;
                Err(StorageError::Unavailable("the database is away".into()))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn comes(&self, moment: &str) {
        if self.moment.as_deref() == Some(moment) {
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
    "before remove",
    "after remove",
];

/// Those besides, when secrets lie at Google.
pub(crate) const MOMENTS_AT_GOOGLE: &[&str] = &[
    "before naming",
    "after naming",
    "before written",
    "after written",
    "before condemn",
    "after condemn",
    "before destroy",
    "after destroy",
    "before destroy_place",
    "after destroy_place",
    "before forget",
    "after forget",
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
    ) -> Result<Option<(Connection, Credential)>, StorageError> {
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

    async fn owner(
        &self,
        organization: &OrganizationId,
        id: ConnectionId,
    ) -> Result<Option<UserId>, StorageError> {
        self.real.owner(organization, id).await
    }

    async fn list_organization(
        &self,
        organization: &OrganizationId,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, StorageError> {
        self.real
            .list_organization(organization, filter, page)
            .await
    }

    async fn overview(&self, scope: &TenantScope) -> Result<Overview, StorageError> {
        self.real.overview(scope).await
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
        revoke: bool,
        event: AuditEvent,
    ) -> Result<Tombstone, StorageError> {
        self.death.comes("before bury");
        let result = self.real.bury(scope, id, version, revoke, event).await;
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

    async fn untested(
        &self,
        before: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<(TenantScope, ConnectionId)>, StorageError> {
        self.real.untested(before, limit).await
    }
}

pub(crate) struct DyingRefreshes {
    pub(crate) real: Arc<dyn RefreshRepository>,
    pub(crate) death: Death,
}

#[async_trait]
impl RefreshRepository for DyingRefreshes {
    async fn begin(&self, intent: RefreshIntent) -> Result<Begun, StorageError> {
        self.death.fails("begin")?;
        self.death.comes("before begin");
        let result = self.real.begin(intent).await;
        self.death.comes("after begin");
        result
    }

    async fn progress(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
        now: DateTime<Utc>,
    ) -> Result<Option<RefreshProgress>, StorageError> {
        self.real.progress(scope, credential, now).await
    }

    async fn complete(
        &self,
        lease: &RefreshLease,
        change: CredentialChange,
        event: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.death.fails("complete")?;
        self.death.comes("before complete");
        let result = self.real.complete(lease, change, event).await;
        self.death.comes("after complete");
        result
    }

    async fn fail(
        &self,
        lease: &RefreshLease,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        self.death.comes("before fail");
        let result = self.real.fail(lease, class, retry_at).await;
        self.death.comes("after fail");
        result
    }

    async fn condemn(
        &self,
        lease: &RefreshLease,
        expected: Generation,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
        event: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.death.fails("condemn")?;
        self.death.comes("before condemn");
        let real = &self.real;
        let result = real.condemn(lease, expected, class, retry_at, event).await;
        self.death.comes("after condemn");
        result
    }

    async fn credential(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> Result<Option<Credential>, StorageError> {
        self.real.credential(scope, credential).await
    }

    async fn interrupted(
        &self,
        marketplace: Marketplace,
        now: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<RefreshDue>, StorageError> {
        self.real.interrupted(marketplace, now, limit).await
    }

    async fn idle(
        &self,
        marketplace: Marketplace,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<RefreshDue>, StorageError> {
        self.real.idle(marketplace, before, now, limit).await
    }
}

pub(crate) struct DyingGrants {
    pub(crate) real: Arc<dyn GrantRepository>,
    pub(crate) death: Death,
}

#[async_trait]
impl GrantRepository for DyingGrants {
    async fn store(&self, grant: NewGrant) -> Result<Vec<Connection>, StorageError> {
        self.death.fails("store")?;
        self.death.comes("before store");
        let result = self.real.store(grant).await;
        self.death.comes("after store");
        result
    }

    async fn sharing(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> Result<Vec<Connection>, StorageError> {
        self.real.sharing(scope, credential).await
    }

    async fn orphans(&self, limit: u16) -> Result<Vec<Credential>, StorageError> {
        self.real.orphans(limit).await
    }

    async fn remove_orphan(
        &self,
        credential: &Credential,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.death.comes("before remove_orphan");
        let result = self.real.remove_orphan(credential, at).await;
        self.death.comes("after remove_orphan");
        result
    }
}

pub(crate) struct DyingFlows {
    pub(crate) real: Arc<dyn FlowRepository>,
    pub(crate) death: Death,
}

#[async_trait]
impl FlowRepository for DyingFlows {
    async fn begin(&self, flow: OAuthFlow) -> Result<(), StorageError> {
        self.death.fails("leave")?;
        self.real.begin(flow).await
    }

    async fn take(
        &self,
        state: SecretHash,
        browser: SecretHash,
        marketplace: Marketplace,
        now: DateTime<Utc>,
    ) -> Result<Option<OAuthFlow>, StorageError> {
        self.death.fails("take")?;
        self.real.take(state, browser, marketplace, now).await
    }

    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, StorageError> {
        self.real.purge(now).await
    }
}
