//! The audit trail.

use diesel::{ExpressionMethods as _, QueryDsl as _, QueryResult, SelectableHelper as _};
use fluxori_domain::{AuditFilter, ConnectionId, OrganizationId, PageRequest, TenantScope, UserId};

use super::dual;
use crate::{failure::Failure, rows::EventRow, schema::audit_events, types::Key};

/// What to do about an event that is there already.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Present {
    /// Expecting none makes the statement a good deal cheaper.
    IsAnError,
    /// The writer did not hear the answer and tries again.
    IsLeftAlone,
}

dual! {
    /// Adds one event, as part of a change.
    fn record(connection, event: &EventRow) -> QueryResult<()> {
        let insert = diesel::insert_into(audit_events::table).values(event);
        wait!(insert.execute(connection)).map(|_| ())
    }

    /// Adds many events.
    fn append(connection, events: &[EventRow], present: Present) -> Result<(), Failure> {
        wait!(dialect::append(connection, events, present))
    }

    /// One more event than a page holds, newest first.
    fn events(
        connection,
        scope: &TenantScope,
        id: ConnectionId,
        page: PageRequest,
    ) -> QueryResult<Vec<EventRow>> {
        let mut query = audit_events::table
            .filter(audit_events::organization_id.eq(scope.organization.as_str()))
            .filter(audit_events::user_id.eq(scope.user.as_str()))
            .filter(audit_events::connection_id.eq(Key(*id.as_uuid())))
            .select(EventRow::as_select())
            .order(audit_events::id.desc())
            .limit(i64::from(page.limit) + 1)
            .into_boxed();
        if let Some(after) = page.after {
            query = query.filter(audit_events::id.lt(Key(*after.as_uuid())));
        }
        wait!(query.load(connection))
    }

    /// One more event of an organization than a page holds, newest first.
    fn organization_events(
        connection,
        organization: &OrganizationId,
        filter: &AuditFilter,
        page: PageRequest,
    ) -> QueryResult<Vec<EventRow>> {
        let mut query = audit_events::table
            .filter(audit_events::organization_id.eq(organization.as_str()))
            .select(EventRow::as_select())
            .order(audit_events::id.desc())
            .limit(i64::from(page.limit) + 1)
            .into_boxed();
        if let Some(user) = filter.user.as_ref().map(UserId::as_str) {
            query = query.filter(audit_events::user_id.eq(user));
        }
        if let Some(id) = filter.connection {
            query = query.filter(audit_events::connection_id.eq(Key(*id.as_uuid())));
        }
        if let Some(after) = page.after {
            query = query.filter(audit_events::id.lt(Key(*after.as_uuid())));
        }
        wait!(query.load(connection))
    }
}
