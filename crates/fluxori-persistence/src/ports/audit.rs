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
    queries::audit::Present,
    rows::EventRow,
};

#[async_trait]
impl AuditWriter for Database {
    async fn append(&self, events: Vec<AuditEvent>) -> Result<(), StorageError> {
        if events.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<EventRow> = events.into_iter().map(Into::into).collect();
        // Neighbours in the index one after the other.
        rows.sort_unstable_by(|one, other| one.primary_key().cmp(&other.primary_key()));
        let rows = Arc::new(rows);
        let mut result = Ok(());
        for present in [Present::IsAnError, Present::IsLeftAlone] {
            let rows = Arc::clone(&rows);
            result = transaction!(self, audit::append(&rows, present));
            if !result.as_ref().is_err_and(Failure::is_unique_violation) {
                break;
            }
        }
        result.map_err(|failure| self.explain(failure))
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
