//! Pruning leaves what is proven, and an export has everything.

use std::sync::Arc;

use fluxori_connections::AuditDamage;
use fluxori_domain::ports::AuditWriter as _;
use rstest::rstest;

use super::{Trails, day, pruned, read_at};
use crate::world::Kind;

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
