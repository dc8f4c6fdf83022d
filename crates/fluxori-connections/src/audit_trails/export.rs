use chrono::{DateTime, Utc};
use fluxori_domain::ports::StoredAuditEvent;

use super::{AuditTrails, BATCH};
use crate::ConnectionError;

impl AuditTrails {
    /// Hands over all events of one organization or of all, a page at a time: organization by organization, those from
    /// before there were chains first, then those of the chain in their order. `take` says whether to go on.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn export(
        &self,
        organization: Option<&str>,
        since: Option<DateTime<Utc>>,
        mut take: impl FnMut(Vec<StoredAuditEvent>) -> bool,
    ) -> Result<(), ConnectionError> {
        let since = since.map_or(i64::MIN, |since| since.timestamp_micros());
        let mut after: Option<String> = None;
        loop {
            let page = self.organizations(organization, after.as_deref()).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.clone());
            for organization in &page {
                if !self.export_one(organization, since, &mut take).await? {
                    return Ok(());
                }
            }
        }
    }

    async fn export_one(
        &self,
        organization: &str,
        since: i64,
        take: &mut impl FnMut(Vec<StoredAuditEvent>) -> bool,
    ) -> Result<bool, ConnectionError> {
        let mut last: Option<StoredAuditEvent> = None;
        loop {
            let mut page = self
                .trail
                .unchained(organization, last.as_ref(), BATCH)
                .await?;
            let Some(end) = page.last() else { break };
            last = Some(end.clone());
            page.retain(|event| event.at >= since);
            if !take(page) {
                return Ok(false);
            }
        }
        let mut after = i64::MIN;
        loop {
            let mut page = self.trail.chained(organization, after, BATCH).await?;
            let Some(end) = page.last().and_then(|event| event.sequence) else {
                return Ok(true);
            };
            after = end;
            page.retain(|event| event.at >= since);
            if !take(page) {
                return Ok(false);
            }
        }
    }
}
