//! A process that is killed while it prunes leaves trails that can be checked, and the next one ends what it began.

use std::{os::unix::process::ExitStatusExt as _, process::Command, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditHash,
    ports::{AuditChain, AuditSurvey, AuditTrail, StorageError, StoredAuditEvent},
};
use fluxori_persistence::Database;
use rstest::rstest;

use crate::{
    audit_trails::{Trails, pruned, trails_at},
    dying::Death,
    world::Kind,
};

const URL: &str = "FLUXORI_TEST_AUDIT_URL";
const MOMENT: &str = "FLUXORI_TEST_AUDIT_DEATH";
const SIGKILL: i32 = 9;

/// A trail whose keeper kills the process at a named step.
struct DyingTrail {
    real: Arc<Database>,
    death: Death,
}

#[async_trait]
impl AuditTrail for DyingTrail {
    async fn organizations(
        &self,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<String>, StorageError> {
        AuditTrail::organizations(&*self.real, after, limit).await
    }

    async fn count(&self, organization: Option<&str>) -> Result<u64, StorageError> {
        AuditTrail::count(&*self.real, organization).await
    }

    async fn chains(
        &self,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<AuditChain>, StorageError> {
        self.real.chains(after, limit).await
    }

    async fn survey(&self, organization: &str) -> Result<AuditSurvey, StorageError> {
        self.real.survey(organization).await
    }

    async fn chained(
        &self,
        organization: &str,
        after: i64,
        limit: u16,
    ) -> Result<Vec<StoredAuditEvent>, StorageError> {
        self.real.chained(organization, after, limit).await
    }

    async fn unchained(
        &self,
        organization: &str,
        after: Option<&StoredAuditEvent>,
        limit: u16,
    ) -> Result<Vec<StoredAuditEvent>, StorageError> {
        self.real.unchained(organization, after, limit).await
    }

    async fn prune(
        &self,
        organization: &str,
        from: i64,
        through: i64,
        hash: AuditHash,
    ) -> Result<bool, StorageError> {
        self.death.comes("before prune");
        let result = self.real.prune(organization, from, through, hash).await;
        self.death.comes("after prune");
        result
    }

    async fn prune_unchained(
        &self,
        organization: &str,
        before: DateTime<Utc>,
        limit: u16,
    ) -> Result<u64, StorageError> {
        self.real.prune_unchained(organization, before, limit).await
    }
}

/// What a process of its own does, until it dies on the way. Run by itself it has nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_prunes() {
    let Ok(url) = std::env::var(URL) else {
        assert!(std::env::var(MOMENT).is_err());
        return;
    };
    let death = Death::at(std::env::var(MOMENT).ok());
    let dying = |real| -> Arc<dyn AuditTrail> {
        let death = death.clone();
        Arc::new(DyingTrail { real, death })
    };
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap() + chrono::TimeDelta::days(2_500);
    let (trails, _) = trails_at(&url, dying, now).await;
    trails.prune(&pruned(10, false), |_| {}).await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_prunes_after_the_dead_ends_what_they_began(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
    #[values("before prune", "after prune")] moment: &str,
) {
    let trails = Trails::with(kind, 2_500).await;
    let killed = Command::new(std::env::current_exe().unwrap())
        .args(["audit_crash::a_process_that_prunes", "--exact"])
        .env(URL, trails.url())
        .env(MOMENT, moment)
        .output()
        .unwrap();
    assert_eq!(killed.status.signal(), Some(SIGKILL), "{killed:?}");
    let report = trails.verify().await;
    let expected = if moment == "after prune" {
        1_500
    } else {
        2_500
    };
    assert_eq!((report.events, report.findings.len()), (expected, 0));
    let done = trails.prune(10, false).await;
    assert_eq!(done.chained, expected - 11);
    let report = trails.verify().await;
    assert_eq!((report.events, report.findings.len()), (11, 0));
}
