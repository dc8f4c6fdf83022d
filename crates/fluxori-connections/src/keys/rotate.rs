use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
};

use fluxori_domain::{
    DataKeyId, OrganizationId,
    ports::{WrappedBy, WrappedDataKey},
};
use futures_util::{StreamExt as _, stream};

use super::{BATCH, Keys, MOST_FAILURES, throttle::Throttle};
use crate::ConnectionError;

/// How many data keys are wrapped anew at once: most of the time is spent waiting for the database, or for Cloud KMS.
const AT_ONCE: usize = 8;

/// How often the data keys are looked through: another process may have made some under the old master key meanwhile.
const PASSES: usize = 3;

/// How data keys are wrapped anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotate {
    /// Those too that the active master key wraps already: it may have newer versions by now.
    pub again: bool,
    /// Most data keys a second.
    pub per_second: Option<NonZeroU32>,
}

impl Rotate {
    /// Data keys a second that readers do not notice.
    pub const PACE: NonZeroU32 = NonZeroU32::new(200).unwrap();
}

/// What wrapping data keys anew came to.
#[derive(Debug, Default)]
pub struct RotateReport {
    /// Data keys that the active master key wraps now, anew.
    pub rewrapped: u64,
    /// Data keys that were dropped, or that somebody else wrapped anew, before it was their turn.
    pub gone: u64,
    /// Data keys that stay as they are, and why.
    pub failed: Vec<(OrganizationId, DataKeyId, ConnectionError)>,
    /// Whether there were so many failures that the rest was not tried.
    pub gave_up: bool,
}

impl Keys {
    /// How many data keys [`Keys::rotate`] would look at.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn count_rotatable(&self, order: Rotate) -> Result<u64, ConnectionError> {
        Ok(self.maintenance.count_wrapped(&self.whose(order)).await?)
    }

    /// Wraps data keys by the active master key. Touches no sealed value: what was sealed opens before, meanwhile and
    /// afterwards, in every process that has both master keys. `progress` is told how many have been looked at.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not say which ones there are. A data key that cannot be wrapped
    /// anew is in the report instead.
    pub async fn rotate(
        &self,
        order: Rotate,
        progress: impl Fn(u64),
    ) -> Result<RotateReport, ConnectionError> {
        let (by, throttle) = (self.whose(order), Throttle::new(order.per_second));
        let (mut report, looked_at) = (RotateReport::default(), AtomicU64::new(0));
        let passes = if order.again { 1 } else { PASSES };
        for _ in 0..passes {
            let before = report.rewrapped;
            report.failed.clear();
            let mut after = None;
            loop {
                let page = self.maintenance.wrapped(&by, after.as_ref(), BATCH).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.clone());
                let mut wrapping = stream::iter(page)
                    .map(async |row| {
                        throttle.pass(1).await;
                        let done = self.rotate_one(&row).await;
                        (row, done)
                    })
                    .buffer_unordered(AT_ONCE);
                while let Some((row, done)) = wrapping.next().await {
                    match done {
                        Ok(true) => report.rewrapped += 1,
                        Ok(false) => report.gone += 1,
                        Err(error) => report.failed.push((row.organization, row.id, error)),
                    }
                    progress(looked_at.fetch_add(1, Ordering::Relaxed) + 1);
                }
                if report.failed.len() >= MOST_FAILURES {
                    report.gave_up = true;
                    return Ok(report);
                }
            }
            if report.rewrapped == before {
                break;
            }
        }
        Ok(report)
    }

    fn whose(&self, order: Rotate) -> WrappedBy {
        if order.again {
            WrappedBy::Any
        } else {
            WrappedBy::AnyBut(self.vault.active().clone())
        }
    }

    async fn rotate_one(&self, row: &WrappedDataKey) -> Result<bool, ConnectionError> {
        let wrapped = self.vault.wrap_anew(row).await?;
        Ok(self.data_keys.rewrap(wrapped, &row.master_key).await?)
    }
}
