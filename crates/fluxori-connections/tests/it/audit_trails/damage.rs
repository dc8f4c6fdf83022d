//! Whatever somebody does to the trails in the database is found.

use fluxori_connections::AuditDamage;
use rstest::rstest;

use super::{Trails, found};
use crate::world::Kind;

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
