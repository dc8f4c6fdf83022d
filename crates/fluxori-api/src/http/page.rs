use fluxori_domain::PageRequest;

use super::Query;
use crate::problem::Problem;

/// Reads `limit` and `cursor`.
pub(crate) fn page_request(query: &Query) -> Result<PageRequest, Problem> {
    let limit = query.value("limit", |text| {
        text.parse()
            .ok()
            .filter(|limit| (1..=PageRequest::MAX).contains(limit))
            .ok_or_else(|| format!("must be a number from 1 to {}", PageRequest::MAX))
    })?;
    let after = query.value("cursor", |text| {
        text.parse()
            .map_err(|_| "must be the nextCursor of a previous page".to_owned())
    })?;
    Ok(PageRequest {
        after,
        limit: limit.unwrap_or(PageRequest::DEFAULT),
    })
}
