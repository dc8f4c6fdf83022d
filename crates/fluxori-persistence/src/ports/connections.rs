use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountId, AuditEvent, Connection, ConnectionFilter, ConnectionId, Credential, LastSync,
    Marketplace, OrganizationId, Overview, Page, PageRequest, TenantScope, UserId,
    ports::{
        Candidates, ConnectionRepository, CredentialChange, NewConnection, Selector, StorageError,
        Tombstone,
    },
};

use super::{bounded, page};
use crate::{
    Database,
    database::Inner,
    dispatch::{long_read, page_read, point_read, transaction},
    failure::Failure,
    rows::{DueRow, candidates, overview, tombstone},
};

/// How often a removal is tried while others take up and give up the same credential.
const ATTEMPTS: usize = 3;

#[async_trait]
impl ConnectionRepository for Database {
    async fn insert(&self, new: NewConnection) -> Result<Connection, StorageError> {
        let new = Arc::new(new);
        let insert = Arc::clone(&new);
        match transaction!(self, insert::insert(&insert)) {
            // The credential to be shared went away meanwhile.
            Err(failure) if failure.is_reference_violation() => Err(StorageError::Conflict),
            result => self.name_duplicate(&new.connection, result).await,
        }
    }

    async fn find(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> Result<Option<Connection>, StorageError> {
        point_read!(self, read::find(scope, id))?
            .map(TryInto::try_into)
            .transpose()
    }

    async fn find_account(
        &self,
        scope: &TenantScope,
        marketplace: Marketplace,
        account: &AccountId,
    ) -> Result<Option<ConnectionId>, StorageError> {
        let key = point_read!(self, read::find_account(scope, marketplace, account))?;
        Ok(key.map(|key| ConnectionId::from_uuid(key.0)))
    }

    async fn find_with_credential(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> Result<Option<(Connection, Credential)>, StorageError> {
        point_read!(self, read::find_with_credential(scope, id))?
            .map(|(connection, credential)| {
                let credential = Credential::try_from(credential)?;
                Ok((connection.connection(credential.clocks)?, credential))
            })
            .transpose()
    }

    async fn list(
        &self,
        scope: &TenantScope,
        filter: ConnectionFilter,
        request: PageRequest,
    ) -> Result<Page<Connection>, StorageError> {
        let TenantScope { organization, user } = scope.clone();
        self.list_of(organization, Some(user), filter, request)
            .await
    }

    async fn owner(
        &self,
        organization: &OrganizationId,
        id: ConnectionId,
    ) -> Result<Option<UserId>, StorageError> {
        let Some(user) = point_read!(self, read::owner(organization, id))? else {
            return Ok(None);
        };
        let user = UserId::new(user).map_err(|_| StorageError::Inconsistent {
            table: "connections",
            column: "user_id",
            row: id.to_string(),
        });
        user.map(Some)
    }

    async fn list_organization(
        &self,
        organization: &OrganizationId,
        filter: ConnectionFilter,
        request: PageRequest,
    ) -> Result<Page<Connection>, StorageError> {
        self.list_of(organization.clone(), None, filter, request)
            .await
    }

    async fn overview(&self, scope: &TenantScope) -> Result<Overview, StorageError> {
        let scope = scope.clone();
        let (counts, next) = long_read!(self, overview::overview(&scope))?;
        overview(counts, next)
    }

    async fn update(
        &self,
        connection: Connection,
        credential: Option<CredentialChange>,
        event: AuditEvent,
    ) -> Result<Connection, StorageError> {
        let connection = Arc::new(connection);
        let changed = Arc::clone(&connection);
        let result = transaction!(self, change::update(&changed, credential.as_ref(), &event));
        self.name_duplicate(&connection, result).await
    }

    async fn record_sync(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        sync: LastSync,
        event: AuditEvent,
    ) -> Result<bool, StorageError> {
        let scope = scope.clone();
        transaction!(self, change::record_sync(&scope, id, sync, &event))
            .map_err(|failure| self.explain(failure))
    }

    async fn read_credential(
        &self,
        scope: &TenantScope,
        marketplace: Marketplace,
        selector: &Selector,
    ) -> Result<Candidates, StorageError> {
        let rows = match (&*self.inner, selector) {
            (Inner::Postgres(postgres), Selector::Default) => {
                postgres.defaults.read_default(scope, marketplace).await?
            }
            _ => point_read!(self, read::read_credential(scope, marketplace, selector))?,
        };
        candidates(scope, marketplace, rows)
    }

    async fn bury(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        version: Option<i64>,
        revoke: bool,
        event: AuditEvent,
    ) -> Result<Tombstone, StorageError> {
        let scope = scope.clone();
        transaction!(self, burial::bury(&scope, id, version, revoke, &event))
            .map_err(|failure| self.explain(failure))
    }

    async fn remove(&self, tombstone: &Tombstone, event: AuditEvent) -> Result<(), StorageError> {
        let scope = &tombstone.scope;
        let id = tombstone.connection;
        let mut result = Ok(());
        for _ in 0..ATTEMPTS {
            let (scope, event) = (scope.clone(), event.clone());
            result = transaction!(self, burial::remove(&scope, id, &event));
            match &result {
                // Another connection took up the credential after we saw it unused: look again.
                Err(failure) if failure.is_reference_violation() => {}
                _ => break,
            }
        }
        result.map_err(|failure| self.explain(failure))
    }

    async fn tombstones(&self, limit: u16) -> Result<Vec<Tombstone>, StorageError> {
        let rows = long_read!(self, burial::tombstones(limit))?;
        rows.into_iter().map(tombstone).collect()
    }

    async fn untested(
        &self,
        before: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<(TenantScope, ConnectionId)>, StorageError> {
        let rows = long_read!(self, work::untested(before, limit))?;
        rows.into_iter().map(DueRow::connection).collect()
    }
}

impl Database {
    /// A page of one user's connections, or of everybody's in the organization.
    async fn list_of(
        &self,
        organization: OrganizationId,
        user: Option<UserId>,
        filter: ConnectionFilter,
        request: PageRequest,
    ) -> Result<Page<Connection>, StorageError> {
        let request = bounded(request);
        let rows = if filter == ConnectionFilter::default() {
            page_read!(
                self,
                read::list(&organization, user.as_ref(), filter, request)
            )?
        } else {
            // Who looks for one in a thousand reads a thousand.
            long_read!(
                self,
                read::list(&organization, user.as_ref(), filter, request)
            )?
        };
        page(request, rows, |connection: &Connection| {
            *connection.id.as_uuid()
        })
    }

    /// Says which connection was in the way, if it was the account's.
    async fn name_duplicate(
        &self,
        connection: &Connection,
        result: Result<Connection, Failure>,
    ) -> Result<Connection, StorageError> {
        let failure = match result {
            Ok(stored) => return Ok(stored),
            Err(failure) => failure,
        };
        if failure.is_unique_violation()
            && let Some(existing) = self.holder_of_account(connection).await?
        {
            return Err(StorageError::Duplicate { existing });
        }
        Err(self.explain(failure))
    }

    /// Another connection of the same account.
    pub(super) async fn holder_of_account(
        &self,
        connection: &Connection,
    ) -> Result<Option<ConnectionId>, StorageError> {
        let Some(account) = &connection.account_id else {
            return Ok(None);
        };
        let Connection {
            scope, marketplace, ..
        } = connection;
        let holder = self.find_account(scope, *marketplace, account).await?;
        Ok(holder.filter(|holder| *holder != connection.id))
    }
}
