//! Checking and pruning the trails, and what the tests of both need.

mod damage;
mod prune;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
use fluxori_connections::{
    AuditDamage, AuditHeads, AuditTrails, Prune, PruneReport, VerifyReport, VerifyTrails,
};
use fluxori_domain::{
    AuditEvent, AuditKind, AuditSubject, ConnectionId, Generation, Marketplace, OrganizationId,
    OutcomeClass, Purpose, RequestId, SecretText, ServiceName, TenantScope, UserId,
    ports::{AuditTrail, AuditWriter as _},
};
use fluxori_persistence::{Database, DatabaseSettings};
use fluxori_test_support::{clock::ManualClock, database::TestDatabase};

use crate::world::Kind;

/// A database with trails in it.
pub(crate) struct Trails {
    pub(crate) all: AuditTrails,
    database: Arc<Database>,
    place: TestDatabase,
}

/// When events happen: one a day, from this day on.
fn day(number: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(number)
}

fn read_at(organization: &str, at: DateTime<Utc>) -> AuditEvent {
    let organization = OrganizationId::new(organization).unwrap();
    let scope = TenantScope::new(organization, UserId::new("ada").unwrap());
    let subject = AuditSubject {
        scope: &scope,
        connection: ConnectionId::from_uuid(uuid::Uuid::from_u128(7)),
        marketplace: Marketplace::Takealot,
    };
    let service = ServiceName::new("stock-sync").unwrap();
    AuditEvent {
        purpose: Some(Purpose::new("order import").unwrap()),
        generation: Some(Generation::FIRST),
        outcome: Some(OutcomeClass::Ok),
        request_id: Some(RequestId::new("r-1").unwrap()),
        ..AuditEvent::new(AuditKind::CredentialRead, subject, &service, at)
    }
}

pub(crate) async fn trails_at(
    url: &str,
    trail: impl Fn(Arc<Database>) -> Arc<dyn AuditTrail>,
    now: DateTime<Utc>,
) -> (AuditTrails, Arc<Database>) {
    let settings = DatabaseSettings::new(SecretText::copy_of(url));
    let database = Arc::new(Database::connect(&settings).await.unwrap());
    let trails = AuditTrails {
        trail: trail(Arc::clone(&database)),
        clock: Arc::new(ManualClock::at(now.timestamp())),
    };
    (trails, database)
}

impl Trails {
    /// An organization with so many events, a day each; now is the day of the last one.
    pub(crate) async fn with(kind: Kind, events: i64) -> Self {
        let place = kind.database();
        let settings = DatabaseSettings::new(SecretText::copy_of(place.url()));
        Database::migrate(&settings).await.unwrap();
        let (trails, database) = trails_at(place.url(), |database| database, day(events)).await;
        let these = Self {
            all: trails,
            database,
            place,
        };
        these.append("engines", 1..=events).await;
        these
    }

    pub(crate) fn url(&self) -> &str {
        self.place.url()
    }

    async fn append(&self, organization: &str, days: impl IntoIterator<Item = i64>) {
        let events: Vec<_> = days
            .into_iter()
            .map(|number| read_at(organization, day(number)))
            .collect();
        for events in events.chunks(900) {
            self.database.append(events.to_vec()).await.unwrap();
        }
    }

    fn raw(&self, statements: &str) {
        match self.place.url().strip_prefix("sqlite:") {
            Some(path) => SqliteConnection::establish(path)
                .unwrap()
                .batch_execute(statements)
                .unwrap(),
            None => drop(self.place.psql(statements).unwrap()),
        }
    }

    /// How this database writes 16 or 32 bytes of a digit.
    fn bytes(&self, digits: &str, column: &str) -> String {
        if self.place.url().starts_with("sqlite:") {
            format!("x'{digits}'")
        } else if column == "hash" {
            format!("decode('{digits}', 'hex')")
        } else {
            format!("'{digits}'::uuid")
        }
    }

    pub(crate) async fn verify(&self) -> VerifyReport {
        self.verify_with(None).await
    }

    async fn verify_with(&self, heads: Option<AuditHeads>) -> VerifyReport {
        let order = VerifyTrails {
            organization: None,
            heads,
        };
        self.all.verify(&order, |_| {}).await.unwrap()
    }

    /// What is found, without the names of events.
    async fn found(&self) -> Vec<(Option<i64>, AuditDamage)> {
        found(&self.verify().await)
    }

    /// The ends of all chains, as they are kept elsewhere.
    async fn heads(&self) -> AuditHeads {
        let heads = self.all.heads(None).await.unwrap();
        let lines: Vec<_> = heads
            .iter()
            .map(|head| format!("{} {} {}\n", head.organization, head.sequence, head.hash))
            .collect();
        AuditHeads::parse(&lines.concat()).unwrap()
    }

    pub(crate) async fn prune(&self, days: i64, dry_run: bool) -> PruneReport {
        self.all
            .prune(&pruned(days, dry_run), |_| {})
            .await
            .unwrap()
    }

    /// Writes a chain anew from its beginning, as somebody would who may do anything in the database.
    async fn forge(&self) {
        self.raw("UPDATE audit_events SET service = 'nobody' WHERE sequence = 2");
        let chain = self
            .all
            .trail
            .survey("engines")
            .await
            .unwrap()
            .chain
            .unwrap();
        let (mut before, mut statements) = (chain.pruned_hash, Vec::new());
        for event in self.all.trail.chained("engines", 0, 1_000).await.unwrap() {
            let sequence = event.sequence.unwrap();
            before = event.fields().link(&before, sequence);
            let hash = self.bytes(&before.to_string(), "hash");
            let update = "UPDATE audit_events SET hash =";
            statements.push(format!("{update} {hash} WHERE sequence = {sequence};"));
        }
        let hash = self.bytes(&before.to_string(), "hash");
        self.raw(&format!(
            "{} UPDATE audit_chains SET hash = {hash}",
            statements.concat()
        ));
    }
}

pub(crate) fn pruned(days: i64, dry_run: bool) -> Prune {
    Prune {
        organization: None,
        older_than: TimeDelta::days(days),
        dry_run,
    }
}

fn found(report: &VerifyReport) -> Vec<(Option<i64>, AuditDamage)> {
    let findings = report.findings.iter();
    findings
        .map(|finding| (finding.sequence, finding.damage))
        .collect()
}
