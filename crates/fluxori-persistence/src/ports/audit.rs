use std::sync::Arc;

use async_trait::async_trait;
use fluxori_domain::{
    AuditEvent, AuditFilter, ConnectionId, OrganizationId, Page, PageRequest, TenantScope,
    ports::{AuditReader, AuditWriter, StorageError},
};

use super::{bounded, page};
use crate::{
    Database,
    dispatch::{long_read, transaction},
    failure::Failure,
    queries::audit::{Appended, Present},
    rows::EventRow,
};

/// How often appending is tried: for those who have no chain yet, and for those that are there already.
const ATTEMPTS: usize = 3;

#[async_trait]
impl AuditWriter for Database {
    async fn append(&self, events: Vec<AuditEvent>) -> Result<(), StorageError> {
        if events.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<EventRow> = events.into_iter().map(Into::into).collect();
        // In the order in which chains are locked, and in each as they happened.
        rows.sort_unstable_by(|one, other| {
            let by_organization = one.organization_id.cmp(&other.organization_id);
            by_organization.then_with(|| one.id.0.cmp(&other.id.0))
        });
        let rows = Arc::new(rows);
        let mut present = Present::IsAnError;
        for _ in 0..ATTEMPTS {
            let these = Arc::clone(&rows);
            match transaction!(self, audit::append(&these, present)) {
                Ok(Appended::All) => return Ok(()),
                // In a transaction of its own: nobody waits for a new chain with an old one in his hands.
                Ok(Appended::NoChain) => {
                    let these = Arc::clone(&rows);
                    transaction!(self, audit::begin(&these))
                        .map_err(|failure| self.explain(failure))?;
                }
                Err(failure)
                    if failure.is_unique_violation() && matches!(present, Present::IsAnError) =>
                {
                    present = Present::IsLeftAlone;
                }
                Err(failure) => return Err(self.explain(failure)),
            }
        }
        Err(self.explain(Failure::from(StorageError::Conflict)))
    }
}

#[async_trait]
impl AuditReader for Database {
    async fn events(
        &self,
        scope: &TenantScope,
        connection: ConnectionId,
        request: PageRequest,
    ) -> Result<Page<AuditEvent>, StorageError> {
        let scope = scope.clone();
        let request = bounded(request);
        let rows = long_read!(self, audit::events(&scope, connection, request))?;
        page(request, rows, |event: &AuditEvent| *event.id.as_uuid())
    }

    async fn organization_events(
        &self,
        organization: &OrganizationId,
        filter: AuditFilter,
        request: PageRequest,
    ) -> Result<Page<AuditEvent>, StorageError> {
        let organization = organization.clone();
        let request = bounded(request);
        let rows = long_read!(
            self,
            audit::organization_events(&organization, &filter, request)
        )?;
        page(request, rows, |event: &AuditEvent| *event.id.as_uuid())
    }
}
