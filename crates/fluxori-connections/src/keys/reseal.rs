use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
};

use chrono::TimeDelta;
use fluxori_domain::{
    CredentialId, OrganizationId,
    ports::{Resealed, Resealer, WrappedDataKey},
};
use futures_util::{StreamExt as _, stream};

use super::{BATCH, Keys, MOST_FAILURES, throttle::Throttle};
use crate::ConnectionError;

/// How many credentials are sealed anew by one statement. What wants one of them waits for that statement at most.
const AT_A_TIME: u16 = 250;

/// How many organizations are worked on at once.
const AT_ONCE: usize = 4;

/// How often an organization is looked through: what is stored meanwhile may still be sealed by the old key.
const PASSES: usize = 5;

/// A data key younger than this is not replaced: so a run that was interrupted goes on where it was.
const YOUNG: TimeDelta = TimeDelta::days(1);

/// What is to be sealed anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reseal {
    /// Of one organization, or of all.
    pub organization: Option<OrganizationId>,
    /// Though the data key is less than a day old.
    pub again: bool,
    /// Most credentials a second.
    pub per_second: Option<NonZeroU32>,
}

impl Reseal {
    /// Credentials a second that readers hardly notice.
    pub const PACE: NonZeroU32 = NonZeroU32::new(5_000).unwrap();
}

/// What sealing anew came to.
#[derive(Debug, Default)]
pub struct ResealReport {
    /// Organizations that were looked at.
    pub organizations: u64,
    /// Data keys that were made.
    pub made: u64,
    /// Organizations whose data key was not replaced because it is less than a day old.
    pub young: u64,
    /// Credentials that were sealed anew.
    pub resealed: u64,
    /// Old data keys that were destroyed, because they seal nothing any more.
    pub dropped: u64,
    /// Old data keys that stay, because they still seal something.
    pub kept: u64,
    /// Credentials that stay as they are, or organizations that were not finished, and why.
    pub failed: Vec<(OrganizationId, Option<CredentialId>, ConnectionError)>,
    /// Whether there were so many failures that the rest was not tried.
    pub gave_up: bool,
}

/// What came of one organization.
#[derive(Default)]
struct Done {
    made: bool,
    young: bool,
    resealed: u64,
    dropped: u64,
    kept: u64,
    failed: Vec<(Option<CredentialId>, ConnectionError)>,
}

/// What one order has in common for all organizations.
struct Work<'a, P> {
    order: &'a Reseal,
    throttle: Throttle,
    count: AtomicU64,
    progress: P,
}

impl Keys {
    /// Makes new data keys and seals credentials by them, while everything goes on: no reader and no refresh waits longer
    /// than for one statement, and whoever stores another secret meanwhile wins. Old data keys that seal nothing
    /// any more are destroyed. `progress` is told how many credentials were sealed anew.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not say which organizations there are. What could not be sealed
    /// anew is in the report instead.
    pub async fn reseal(
        &self,
        order: &Reseal,
        progress: impl Fn(u64),
    ) -> Result<ResealReport, ConnectionError> {
        let work = Work {
            order,
            throttle: Throttle::new(order.per_second),
            count: AtomicU64::new(0),
            progress,
        };
        let mut report = ResealReport::default();
        if let Some(organization) = &order.organization {
            report.add(organization, self.reseal_one(organization, &work).await);
            return Ok(report);
        }
        let mut after = None;
        loop {
            let page = self
                .maintenance
                .organizations(after.as_ref(), BATCH)
                .await?;
            let Some(last) = page.last() else {
                return Ok(report);
            };
            after = Some(last.clone());
            let mut sealing = stream::iter(page)
                .map(async |organization| {
                    let done = self.reseal_one(&organization, &work).await;
                    (organization, done)
                })
                .buffer_unordered(AT_ONCE);
            while let Some((organization, done)) = sealing.next().await {
                report.add(&organization, done);
            }
            if report.failed.len() >= MOST_FAILURES {
                report.gave_up = true;
                return Ok(report);
            }
        }
    }

    /// One organization. An error ends it; what was done until then is in what is returned.
    async fn reseal_one<P: Fn(u64)>(
        &self,
        organization: &OrganizationId,
        work: &Work<'_, P>,
    ) -> Done {
        let mut done = Done::default();
        let result = self.try_to_reseal(organization, work, &mut done).await;
        if let Err(error) = result {
            done.failed.push((None, error));
        }
        done
    }

    async fn try_to_reseal<P: Fn(u64)>(
        &self,
        organization: &OrganizationId,
        work: &Work<'_, P>,
        done: &mut Done,
    ) -> Result<(), ConnectionError> {
        self.renew(organization, work.order.again, done).await?;
        for _ in 0..PASSES {
            done.failed.clear();
            let Some(active) = self.data_keys.active(organization).await? else {
                return Ok(());
            };
            let old = self.maintenance.inactive(organization).await?;
            if old.is_empty() {
                done.kept = 0;
                return Ok(());
            }
            let resealer = self.vault.resealer(&active, &old).await?;
            match self.reseal_all(&active, &*resealer, work, done).await {
                Ok(()) => {}
                // Somebody has made another data key, or holds a row for long: look again.
                Err(ConnectionError::Changed) => continue,
                Err(error) if error.is_transient() => {
                    done.failed.push((None, error));
                    continue;
                }
                Err(error) => return Err(error),
            }
            done.kept = 0;
            for key in &old {
                if self.maintenance.drop_unused(organization, &key.id).await? {
                    done.dropped += 1;
                } else {
                    done.kept += 1;
                }
            }
            if done.kept == 0 || !done.failed.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Gives the organization a new data key, unless the one it has is young.
    async fn renew(
        &self,
        organization: &OrganizationId,
        again: bool,
        done: &mut Done,
    ) -> Result<(), ConnectionError> {
        let now = self.clock.now();
        let Some(old) = self.data_keys.active(organization).await? else {
            return Ok(());
        };
        done.young = !again && now - old.created_at < YOUNG;
        if !done.young {
            let new = self.vault.make(organization, now).await?;
            done.made = self.maintenance.activate(new, &old.id).await?;
        }
        Ok(())
    }

    /// Everything of one organization that other keys than the active one seal.
    async fn reseal_all<P: Fn(u64)>(
        &self,
        active: &WrappedDataKey,
        resealer: &dyn Resealer,
        work: &Work<'_, P>,
        done: &mut Done,
    ) -> Result<(), ConnectionError> {
        let organization = &active.organization;
        let step = work.throttle.step(AT_A_TIME);
        let mut after = None;
        loop {
            let page = self
                .maintenance
                .sealed_by_others(organization, &active.id, after.as_ref(), step)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some((last.scope.user.clone(), last.id));
            work.throttle.pass(page.len()).await;
            let mut batch = Vec::with_capacity(page.len());
            for seen in page {
                match resealer.reseal(&seen.secret_context(), &seen.secret) {
                    Ok(secret) => batch.push(Resealed { seen, secret }),
                    Err(error) => done.failed.push((Some(seen.id), error.into())),
                }
            }
            let changed = self
                .maintenance
                .reseal(organization, &active.id, batch)
                .await?;
            done.resealed += changed;
            let count = work.count.fetch_add(changed, Ordering::Relaxed) + changed;
            (work.progress)(count);
            if done.failed.len() >= MOST_FAILURES {
                return Ok(());
            }
        }
    }
}

impl ResealReport {
    fn add(&mut self, organization: &OrganizationId, done: Done) {
        self.organizations += 1;
        self.made += u64::from(done.made);
        self.young += u64::from(done.young);
        self.resealed += done.resealed;
        self.dropped += done.dropped;
        self.kept += done.kept;
        let failed = done.failed.into_iter();
        let failed = failed.map(|(id, error)| (organization.clone(), id, error));
        self.failed.extend(failed);
    }
}
