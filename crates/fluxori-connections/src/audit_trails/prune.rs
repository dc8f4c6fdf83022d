use chrono::{DateTime, TimeDelta, Utc};

use super::{AuditFinding, AuditTrails, BATCH, verify::Checked};
use crate::ConnectionError;

/// What is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prune {
    /// Of one organization, or of all.
    pub organization: Option<String>,
    /// What is older than this.
    pub older_than: TimeDelta,
    /// Only counts.
    pub dry_run: bool,
}

/// What pruning came to, or would come to.
#[derive(Debug, Default)]
pub struct PruneReport {
    /// Organizations that were looked at.
    pub organizations: u64,
    /// Events that were deleted from the beginnings of chains.
    pub chained: u64,
    /// Events from before there were chains that were deleted.
    pub unchained: u64,
    /// Organizations whose trail is not what was appended: nothing of it was deleted. With how many findings there are, and
    /// the first.
    pub refused: Vec<(AuditFinding, usize)>,
    /// Organizations whose trail somebody else pruned at the same time.
    pub contended: Vec<String>,
}

impl AuditTrails {
    /// Deletes what is old: of each chain the beginning, as far as all events of it are. What stood for it is kept, so that
    /// the rest can still be checked. Each trail is checked first, whole. `progress` is told how many events were looked
    /// at.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`]. What was deleted before stays deleted; begin again.
    pub async fn prune(
        &self,
        order: &Prune,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<PruneReport, ConnectionError> {
        let (mut report, mut seen) = (PruneReport::default(), 0);
        let now = self.clock.now();
        let before = now
            .checked_sub_signed(order.older_than)
            .unwrap_or(DateTime::<Utc>::MIN_UTC);
        let only = order.organization.as_deref();
        let mut after: Option<String> = None;
        loop {
            let page = self.organizations(only, after.as_deref()).await?;
            let Some(last) = page.last() else {
                return Ok(report);
            };
            after = Some(last.clone());
            for organization in &page {
                let mut count = |events| {
                    seen += events;
                    progress(seen);
                };
                let checked = self
                    .check(organization, None, Some(before), &mut count)
                    .await?;
                report.organizations += 1;
                if let Some(first) = checked.findings.first() {
                    let findings = checked.findings.len();
                    report.refused.push((first.clone(), findings));
                } else if order.dry_run {
                    let through = checked
                        .old
                        .last()
                        .map_or(checked.pruned_through, |last| last.0);
                    report.chained += (through - checked.pruned_through).unsigned_abs();
                    report.unchained += self.count_unchained(organization, before).await?;
                } else {
                    self.prune_one(organization, &checked, before, &mut report)
                        .await?;
                }
            }
        }
    }

    async fn prune_one(
        &self,
        organization: &str,
        checked: &Checked,
        before: DateTime<Utc>,
        report: &mut PruneReport,
    ) -> Result<(), ConnectionError> {
        let mut from = checked.pruned_through;
        for (through, hash) in &checked.old {
            if !self
                .trail
                .prune(organization, from, *through, *hash)
                .await?
            {
                report.contended.push(organization.to_owned());
                return Ok(());
            }
            report.chained += (through - from).unsigned_abs();
            from = *through;
        }
        if checked.unchained == 0 {
            return Ok(());
        }
        loop {
            let deleted = self
                .trail
                .prune_unchained(organization, before, BATCH)
                .await?;
            report.unchained += deleted;
            if deleted < u64::from(BATCH) {
                return Ok(());
            }
        }
    }

    async fn count_unchained(
        &self,
        organization: &str,
        before: DateTime<Utc>,
    ) -> Result<u64, ConnectionError> {
        let (before, mut count) = (before.timestamp_micros(), 0);
        let mut after = None;
        loop {
            let page = self
                .trail
                .unchained(organization, after.as_ref(), BATCH)
                .await?;
            count += page.iter().filter(|event| event.at < before).count() as u64;
            let Some(last) = page.into_iter().last() else {
                return Ok(count);
            };
            after = Some(last);
        }
    }
}
