//! Checking and pruning the trails: whatever somebody does to them in the database is found.

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
use rstest::rstest;

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

#[rstest]
#[tokio::test]
async fn a_trail_that_is_as_it_was_has_no_findings(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 1_203).await;
    trails.append("A B & Co.", 1..=3).await;
    let report = trails.verify().await;
    assert!(report.findings.is_empty(), "{report:?}");
    assert_eq!(
        (report.organizations, report.events, report.unchained),
        (2, 1_206, 0)
    );
    let heads = trails.heads().await;
    trails.append("engines", 1..=3).await;
    let report = trails.verify_with(Some(heads)).await;
    assert!(report.findings.is_empty(), "{report:?}");
}

#[rstest]
#[tokio::test]
async fn an_edit_of_any_column_is_found_where_it_was_made(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 5).await;
    let (id, hash) = ("0".repeat(31) + "1", "ab".repeat(32));
    let time = match kind {
        Kind::Postgres => "'2020-01-01'",
        _ => "1",
    };
    let edits = [
        ("user_id", "'eve'".to_owned()),
        ("actor", "'eve'".to_owned()),
        ("connection_id", trails.bytes(&id, "connection_id")),
        ("id", trails.bytes(&id, "id")),
        ("marketplace", "'xero'".to_owned()),
        ("kind", "'connection.dreamt'".to_owned()),
        ("service", "''".to_owned()),
        ("purpose", "NULL".to_owned()),
        ("generation", "2".to_owned()),
        ("outcome", "NULL".to_owned()),
        ("request_id", "'r-2'".to_owned()),
        ("at", time.to_owned()),
        ("occurrences", "2".to_owned()),
        ("hash", trails.bytes(&hash, "hash")),
        ("hash", "NULL".to_owned()),
    ];
    for (column, value) in edits {
        for sequence in [1, 3, 5] {
            let all = "user_id, actor, connection_id, id, marketplace, kind, service, purpose, generation, outcome, \
                       request_id, at, occurrences, hash";
            trails.raw(&format!(
                "CREATE TABLE kept AS SELECT * FROM audit_events WHERE sequence = {sequence};
                 UPDATE audit_events SET {column} = {value} WHERE sequence = {sequence}"
            ));
            let findings = trails.found().await;
            assert_eq!(
                findings,
                [(Some(sequence), AuditDamage::Edited)],
                "{column} of {sequence}"
            );
            trails.raw(&format!(
                "UPDATE audit_events SET ({all}) = (SELECT {all} FROM kept) WHERE sequence = {sequence}; DROP TABLE kept"
            ));
        }
    }
    assert!(trails.verify().await.findings.is_empty());
}

#[rstest]
#[tokio::test]
async fn an_event_that_is_given_to_another_organization_is_found_in_both(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 5).await;
    trails.append("others", 1..=2).await;
    trails.raw("UPDATE audit_events SET organization_id = 'others' WHERE sequence = 4");
    let report = trails.verify().await;
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            (
                finding.organization.as_str(),
                finding.event.is_some(),
                finding.damage,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("engines", false, AuditDamage::Removed { through: 4 }),
            ("others", true, AuditDamage::Outside),
        ]
    );
}

#[rstest]
#[case::the_first(1, 1)]
#[case::one_between(3, 3)]
#[case::two(2, 3)]
#[case::the_newest(5, 5)]
#[case::all(1, 5)]
#[tokio::test]
async fn removed_events_are_found(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
    #[case] first: i64,
    #[case] through: i64,
) {
    let trails = Trails::with(kind, 5).await;
    trails.raw(&format!(
        "DELETE FROM audit_events WHERE sequence BETWEEN {first} AND {through}"
    ));
    assert_eq!(
        trails.found().await,
        [(Some(first), AuditDamage::Removed { through })]
    );
}

#[rstest]
#[case::neighbours(2, 3)]
#[case::the_ends(1, 6)]
#[case::far_apart(2, 5)]
#[tokio::test]
async fn a_swapped_pair_is_found_and_said_where_each_belongs(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
    #[values(false, true)] with_hash: bool,
    #[case] one: i64,
    #[case] other: i64,
) {
    let trails = Trails::with(kind, 6).await;
    let hash = if with_hash {
        ""
    } else {
        ", hash = (SELECT hash FROM kept WHERE kept.sequence = -audit_events.sequence)"
    };
    trails.raw(&format!(
        "CREATE TABLE kept AS SELECT sequence, hash FROM audit_events;
         UPDATE audit_events SET sequence = -{other} WHERE sequence = {one};
         UPDATE audit_events SET sequence = -{one} WHERE sequence = {other};
         UPDATE audit_events SET sequence = -sequence {hash} WHERE sequence < 0"
    ));
    assert_eq!(
        trails.found().await,
        [
            (Some(one), AuditDamage::Misplaced { belongs: other }),
            (Some(other), AuditDamage::Misplaced { belongs: one }),
        ]
    );
}

#[rstest]
#[tokio::test]
async fn events_that_were_put_in_are_found(#[values(Kind::Sqlite, Kind::Postgres)] kind: Kind) {
    let trails = Trails::with(kind, 3).await;
    let id = |digit: &str| trails.bytes(&digit.repeat(32), "id");
    let insert = |digit: &str, sequence: &str| {
        format!(
            "INSERT INTO audit_events (organization_id, user_id, connection_id, id, marketplace, kind, service, \
             purpose, generation, outcome, request_id, at, occurrences, sequence, hash) SELECT organization_id, user_id, connection_id, {}, marketplace, kind, service, \
             purpose, generation, outcome, request_id, at, occurrences, {sequence}, hash FROM audit_events WHERE sequence = 1;",
            id(digit)
        )
    };
    trails.raw(&(insert("1", "4") + &insert("2", "-1") + &insert("3", "NULL")));
    let extra = 1;
    assert_eq!(
        trails.found().await,
        [
            (Some(-1), AuditDamage::Outside),
            (Some(4), AuditDamage::Outside),
            (None, AuditDamage::Unchained { extra }),
        ]
    );
}

#[rstest]
#[tokio::test]
async fn a_record_of_the_end_that_does_not_fit_is_found(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 3).await;
    let keep = "CREATE TABLE kept AS SELECT * FROM audit_chains;";
    let restore =
        "DELETE FROM audit_chains; INSERT INTO audit_chains SELECT * FROM kept; DROP TABLE kept";
    let hash = trails.bytes(&"cd".repeat(32), "hash");
    for (damage, expected) in [
        (
            format!("UPDATE audit_chains SET hash = {hash}"),
            vec![(Some(3), AuditDamage::HeadDiffers)],
        ),
        (
            "UPDATE audit_chains SET sequence = 2".to_owned(),
            vec![
                (Some(2), AuditDamage::HeadDiffers),
                (Some(3), AuditDamage::Outside),
            ],
        ),
        (
            "UPDATE audit_chains SET sequence = 5".to_owned(),
            vec![(Some(4), AuditDamage::Removed { through: 5 })],
        ),
        (
            "DELETE FROM audit_chains".to_owned(),
            vec![(None, AuditDamage::NoChain)],
        ),
        (
            "UPDATE audit_chains SET events_before = 2".to_owned(),
            vec![(None, AuditDamage::UnchainedRemoved { missing: 2 })],
        ),
        (
            "UPDATE audit_chains SET pruned_through = 1".to_owned(),
            vec![
                (Some(2), AuditDamage::Edited),
                (Some(1), AuditDamage::Outside),
            ],
        ),
    ] {
        trails.raw(&format!("{keep} {damage}"));
        assert_eq!(trails.found().await, expected, "{damage}");
        trails.raw(restore);
    }
    assert!(trails.verify().await.findings.is_empty());
}

#[rstest]
#[tokio::test]
async fn what_was_written_anew_or_cut_off_is_found_by_a_head_kept_elsewhere(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 5).await;
    trails.append("others", 1..=2).await;
    let early = trails.heads().await;
    trails.append("engines", 6..=8).await;
    let late = trails.heads().await;
    assert!(
        trails
            .verify_with(Some(early.clone()))
            .await
            .findings
            .is_empty()
    );

    let others = [("others", None, AuditDamage::OtherThanKept)];
    trails.raw("DELETE FROM audit_events WHERE organization_id = 'others'; DELETE FROM audit_chains WHERE organization_id = 'others'");
    assert!(
        trails.verify().await.findings.is_empty(),
        "nothing else tells"
    );
    let report = trails.verify_with(Some(early.clone())).await;
    let gone: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            (
                finding.organization.as_str(),
                finding.sequence,
                finding.damage,
            )
        })
        .collect();
    assert_eq!(gone, others);

    // Cut back to what it was at the fifth event.
    let hash = "(SELECT hash FROM audit_events WHERE sequence = 5)";
    trails.raw(&format!(
        "UPDATE audit_chains SET sequence = 5, hash = {hash}; DELETE FROM audit_events WHERE sequence > 5"
    ));
    assert!(
        trails.verify().await.findings.is_empty(),
        "nothing else tells"
    );
    let cut = found(&trails.verify_with(Some(late)).await);
    assert_eq!(cut[0], (Some(8), AuditDamage::OtherThanKept));

    trails.forge().await;
    assert!(
        trails.verify().await.findings.is_empty(),
        "nothing else tells"
    );
    let forged = found(&trails.verify_with(Some(early)).await);
    assert_eq!(forged[0], (Some(5), AuditDamage::OtherThanKept));
}

#[rstest]
#[tokio::test]
async fn old_events_are_pruned_and_the_rest_is_still_proven(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 2_500).await;
    trails.append("others", [2_498, 2_500]).await;
    let early = trails.heads().await;
    let dry = trails.prune(100, true).await;
    assert_eq!(
        (dry.organizations, dry.chained, dry.unchained),
        (2, 2_399, 0)
    );
    assert_eq!(trails.all.count(None).await.unwrap(), 2_502, "a dry run");
    let done = trails.prune(100, false).await;
    assert_eq!(
        (done.chained, done.refused.len(), done.contended.len()),
        (2_399, 0, 0)
    );
    let report = trails.verify_with(Some(early)).await;
    assert_eq!(
        (report.events, report.findings.len()),
        (103, 0),
        "{report:?}"
    );
    assert_eq!(trails.prune(100, false).await.chained, 0);

    trails.raw("UPDATE audit_events SET service = 'x' WHERE sequence = 2450");
    assert_eq!(trails.found().await, [(Some(2_450), AuditDamage::Edited)]);
    let refused = trails.prune(1, false).await;
    assert_eq!(
        (refused.refused.len(), refused.chained),
        (1, 1),
        "the other organization's is pruned"
    );
    assert_eq!(refused.refused[0].0.organization, "engines");
}

#[rstest]
#[tokio::test]
async fn an_old_event_behind_a_young_one_stays(#[values(Kind::Sqlite, Kind::Postgres)] kind: Kind) {
    let trails = Trails::with(kind, 0).await;
    trails.append("engines", [-30]).await;
    trails.append("engines", [-29, -3]).await;
    trails.append("engines", [-20]).await;
    let heads = trails.heads().await;
    assert_eq!(trails.prune(10, false).await.chained, 2);
    let report = trails.verify_with(Some(heads.clone())).await;
    assert_eq!((report.events, report.findings.len()), (2, 0));
    assert_eq!(trails.prune(2, false).await.chained, 2);
    let report = trails.verify_with(Some(heads)).await;
    assert_eq!(
        (report.events, report.findings.len(), report.pruned_heads),
        (0, 0, 0)
    );
    trails.append("engines", [0]).await;
    assert!(trails.verify().await.findings.is_empty());
}

#[rstest]
#[tokio::test]
async fn events_from_before_there_were_chains_are_counted_and_pruned_by_age(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 20).await;
    trails.raw(
        "UPDATE audit_events SET sequence = NULL, hash = NULL;
         UPDATE audit_chains SET events_before = 20, sequence = 0, hash = pruned_hash",
    );
    trails.append("engines", 21..=22).await;
    let report = trails.verify().await;
    assert_eq!(
        (report.events, report.unchained, report.findings.len()),
        (2, 20, 0),
        "{report:?}"
    );
    assert_eq!(trails.prune(5, true).await.unchained, 14);
    let done = trails.prune(5, false).await;
    assert_eq!((done.unchained, done.chained), (14, 0));
    assert_eq!(trails.verify().await.unchained, 6);
    trails.raw("UPDATE audit_events SET sequence = NULL WHERE sequence = 2");
    assert_eq!(
        trails.found().await,
        [
            (Some(2), AuditDamage::Removed { through: 2 }),
            (None, AuditDamage::Unchained { extra: 1 })
        ]
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_appended_and_pruned_meanwhile_is_no_finding(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 3_000).await;
    let writer = {
        let database = Arc::clone(&trails.database);
        tokio::spawn(async move {
            for _ in 0..60 {
                let batch = (0..5).map(|_| read_at("engines", day(3_000))).collect();
                database.append(batch).await.unwrap();
            }
        })
    };
    let pruner = {
        let trails = trails.all.clone();
        tokio::spawn(async move {
            for days in [2_500, 2_000, 1_000, 10] {
                trails.prune(&pruned(days, false), |_| {}).await.unwrap();
            }
        })
    };
    while !(writer.is_finished() && pruner.is_finished()) {
        let report = trails.verify().await;
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
    writer.await.unwrap();
    pruner.await.unwrap();
    assert_eq!(trails.verify().await.events, 10 + 1 + 300);
}

#[rstest]
#[tokio::test]
async fn an_export_has_every_event_in_its_order(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let trails = Trails::with(kind, 1_100).await;
    trails.append("others", 1..=2).await;
    let mut seen = Vec::new();
    let mut take = |page: Vec<fluxori_domain::ports::StoredAuditEvent>| {
        seen.extend(
            page.into_iter()
                .map(|event| (event.organization, event.sequence)),
        );
        true
    };
    trails.all.export(None, None, &mut take).await.unwrap();
    let engines = (1..=1_100).map(|number| ("engines".to_owned(), Some(number)));
    let others = (1..=2).map(|number| ("others".to_owned(), Some(number)));
    assert_eq!(seen, engines.chain(others).collect::<Vec<_>>());

    let mut count = 0;
    let take = |page: Vec<_>| {
        count += page.len();
        true
    };
    trails
        .all
        .export(Some("engines"), Some(day(1_050)), take)
        .await
        .unwrap();
    assert_eq!(count, 51);
    let mut pages = 0;
    let stop = |_| {
        pages += 1;
        false
    };
    trails.all.export(None, None, stop).await.unwrap();
    assert_eq!(pages, 1);
}
