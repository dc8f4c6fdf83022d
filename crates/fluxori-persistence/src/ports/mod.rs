//! The ports of the domain, over the queries.

mod audit;
mod audit_trail;
mod connections;
mod data_keys;
mod figures;
mod flows;
mod forgetting;
mod grants;
mod idempotency;
mod keys;
mod ledger;
mod moves;
mod refreshes;
mod sessions;
mod transfers;
mod webhooks;
mod work;

use fluxori_domain::{Cursor, Page, PageRequest, ports::StorageError};

/// A page out of rows of which one more than the limit was read.
fn page<R, T: TryFrom<R, Error = StorageError>>(
    request: PageRequest,
    mut rows: Vec<R>,
    id: impl Fn(&T) -> uuid::Uuid,
) -> Result<Page<T>, StorageError> {
    let limit = usize::from(request.limit);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let items = rows
        .into_iter()
        .map(T::try_from)
        .collect::<Result<Vec<T>, _>>()?;
    let next = if more {
        items.last().map(|last| Cursor::after(id(last)))
    } else {
        None
    };
    Ok(Page { items, next })
}

/// The same request with a limit inside its bounds.
fn bounded(request: PageRequest) -> PageRequest {
    PageRequest {
        limit: request.limit.clamp(1, PageRequest::MAX),
        ..request
    }
}
