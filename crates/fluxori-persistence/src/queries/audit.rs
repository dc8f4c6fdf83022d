//! The audit trail: appending to it, and reading that of a connection.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods as _, QueryDsl as _, QueryResult, SelectableHelper as _};
use fluxori_domain::{
    AuditFilter, ConnectionId, OrganizationId, PageRequest, TenantScope, UserId,
    ports::StorageError,
};

use super::dual;
use crate::{
    failure::Failure,
    rows::{ChainRow, ChainedRow, EventRow, HeadRow},
    schema::audit_events,
    types::Key,
};

/// What to do about an event that is there already.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Present {
    /// Expecting none makes the statement a good deal cheaper.
    IsAnError,
    /// The writer did not hear the answer and tries again.
    IsLeftAlone,
}

/// What came of appending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Appended {
    /// All are there.
    All,
    /// Organizations have no chain yet: nothing was appended.
    NoChain,
}

/// Gives events, ordered by organization, the next places in the chains of theirs.
fn chain(heads: &mut [HeadRow], events: Vec<EventRow>) -> Result<Vec<ChainedRow>, Failure> {
    let mut heads = heads.iter_mut();
    let mut head = heads.next();
    let mut chained = Vec::with_capacity(events.len());
    for event in events {
        while head
            .as_ref()
            .is_some_and(|head| head.organization_id < event.organization_id)
        {
            head = heads.next();
        }
        let head = head
            .as_mut()
            .filter(|head| head.organization_id == event.organization_id)
            .ok_or(StorageError::Conflict)?;
        chained.push(head.take_up(event)?);
    }
    Ok(chained)
}

fn organizations(events: &[EventRow]) -> Vec<&str> {
    let mut organizations: Vec<_> = events
        .iter()
        .map(|event| event.organization_id.as_str())
        .collect();
    organizations.dedup();
    organizations
}

dual! {
    /// Adds events of one organization, as the last part of a change: whoever waits for the chain must not be waited
    /// for by its holder.
    fn record(connection, events: Vec<EventRow>) -> Result<(), Failure> {
        let [first, ..] = events.as_slice() else {
            return Ok(());
        };
        let organization = first.organization_id.clone();
        let mut head = wait!(trail::lock_chain(connection, &organization))?;
        if head.is_none() {
            wait!(begin_chains(connection, &[&organization]))?;
            head = wait!(trail::lock_chain(connection, &organization))?;
        }
        let mut head = head.ok_or(StorageError::Conflict)?;
        let chained = chain(std::slice::from_mut(&mut head), events)?;
        Ok(wait!(trail::store_chained(connection, &head, &chained))?)
    }

    /// Chains without events, for organizations that have none yet.
    fn begin_chains(connection, organizations: &[&str]) -> Result<(), Failure> {
        let chains: Vec<_> = organizations.iter().map(|name| ChainRow::empty(name)).collect();
        wait!(trail::begin_chains(connection, &chains))?;
        Ok(())
    }

    /// The same, for the organizations of these events.
    fn begin(connection, events: &[EventRow]) -> Result<(), Failure> {
        wait!(begin_chains(connection, &organizations(events)))
    }

    /// Adds many events of many organizations, in the order of the organizations.
    fn append(connection, events: &[EventRow], present: Present) -> Result<Appended, Failure> {
        let organizations = organizations(events);
        let mut heads = wait!(trail::lock_chains(connection, &organizations))?;
        if heads.len() < organizations.len() {
            return Ok(Appended::NoChain);
        }
        let mut events = events.to_vec();
        if let Present::IsLeftAlone = present {
            let there: BTreeSet<_> = wait!(trail::those_there(connection, &events))?
                .into_iter()
                .map(|Key(id)| id)
                .collect();
            events.retain(|event| !there.contains(&event.id.0));
        }
        let chained = chain(&mut heads, events)?;
        wait!(trail::append(connection, &heads, &chained))?;
        Ok(Appended::All)
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
