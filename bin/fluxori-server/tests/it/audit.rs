//! `fluxori-server audit …`: proving, exporting and pruning the audit trail, as an operator does it.

use std::io::Write as _;

use fluxori_test_support::{
    database::TestDatabase,
    providers::{SimulatedProviders, keys},
};
use rstest::rstest;
use serde_json::Value;

use crate::process::{Installation, told};

/// A server's settings and what it has done.
struct Place {
    installation: Installation,
    _providers: SimulatedProviders,
}

impl Place {
    /// An account was connected, tested and read about.
    async fn with_events(database: TestDatabase) -> Self {
        let providers = SimulatedProviders::start();
        let installation = Installation::prepared(database);
        let installation = installation.with_all(providers.endpoints().environment());
        let server = installation.serve();
        for key in [keys::TAKEALOT_GOOD, "canary-takealot-key-9876543210"] {
            server.connect(key).await;
        }
        assert!(server.stop());
        Self {
            installation,
            _providers: providers,
        }
    }

    fn run(&self, arguments: &[&str]) -> (String, bool) {
        told(&self.installation.run(arguments))
    }

    /// The same, which must end well, without the log.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.installation.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn a_trail_is_proven_exported_and_pruned_without_any_key(#[case] database: TestDatabase) {
    let mut place = Place::with_events(database).await;
    for secret in ["ENCRYPTION_KEY", "JWT_SECRET"] {
        place.installation = place.installation.with(secret, "");
    }
    let report = place.done(&["audit", "verify"]);
    assert_eq!(
        report,
        "1 organization(s), 2 event(s) checked, 0 finding(s)\n"
    );

    let heads = place.done(&["audit", "heads"]);
    assert!(
        heads.starts_with("engines 2 ") && heads.lines().count() == 1,
        "{heads}"
    );
    let json: Value = serde_json::from_str(&place.done(&["audit", "heads", "--json"])).unwrap();
    assert_eq!(
        (&json["organization"], &json["sequence"]),
        (&"engines".into(), &2.into())
    );
    assert!(heads.contains(json["hash"].as_str().unwrap()));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{heads}").unwrap();
    let path = file.path().to_str().unwrap();
    place.done(&["audit", "verify", "--heads", path]);

    let lines = place.done(&["audit", "export"]);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["hash"], json["hash"]);
    assert_eq!(lines[0]["kind"], "connection.created");
    assert_eq!(lines[0]["user"], "ada");
    assert!(
        place
            .done(&["audit", "export", "--since", "2100-01-01"])
            .is_empty()
    );
    assert!(
        place
            .done(&["audit", "export", "--organization", "nobody"])
            .is_empty()
    );

    let dry = place.done(&["audit", "prune", "--older-than", "0"]);
    assert!(
        dry.starts_with("2 event(s) of 1 organization(s)") && dry.contains("--yes"),
        "{dry}"
    );
    assert_eq!(place.done(&["audit", "export"]).lines().count(), 2);
    let done = place.done(&["audit", "prune", "--older-than", "0", "--yes"]);
    assert!(
        done.contains("2 event(s)") && done.contains("deleted"),
        "{done}"
    );
    assert!(place.done(&["audit", "export"]).is_empty());
    place.done(&["audit", "verify", "--heads", path]);
}

#[tokio::test]
async fn what_somebody_did_in_the_database_is_said_and_nothing_is_pruned() {
    let place = Place::with_events(TestDatabase::postgres()).await;
    let heads = place
        .done(&["audit", "heads"])
        .replace("engines 2", "engines 1");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{heads}").unwrap();
    let path = file.path().to_str().unwrap();
    let (report, is_fine) = place.run(&["audit", "verify", "--heads", path]);
    assert!(!is_fine, "{report}");
    assert!(
        report.contains("engines 1 head: the chain is not what it was"),
        "{report}"
    );

    place
        .installation
        .psql("UPDATE audit_events SET user_id = 'eve' WHERE sequence = 1");
    let (report, is_fine) = place.run(&["audit", "verify", "--organization", "engines"]);
    assert!(
        !is_fine && report.contains("engines 1 event ") && report.contains(" edited: "),
        "{report}"
    );
    assert!(
        report.contains("2 event(s) checked, 1 finding(s)"),
        "{report}"
    );
    let (report, is_fine) = place.run(&["audit", "prune", "--older-than", "0", "--yes"]);
    assert!(
        !is_fine && report.contains("NOT pruned: engines has 1 finding(s)"),
        "{report}"
    );

    place
        .installation
        .psql("DELETE FROM audit_events WHERE sequence = 2");
    let (report, is_fine) = place.run(&["audit", "verify"]);
    assert!(
        !is_fine && report.contains("engines 2 removed: the event is missing"),
        "{report}"
    );
}

#[tokio::test]
async fn a_file_that_holds_no_heads_and_a_mode_that_is_none_are_refused() {
    let place = Place::with_events(TestDatabase::sqlite()).await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "engines").unwrap();
    let path = file.path().to_str().unwrap();
    let (refusal, is_done) = place.run(&["audit", "verify", "--heads", path]);
    assert!(!is_done && refusal.contains("line 1"), "{refusal}");
    let (refusal, is_done) = place.run(&["audit", "verify", "--heads", "/nowhere"]);
    assert!(!is_done && refusal.contains("cannot be read"), "{refusal}");

    let installation = place.installation.with("AUDIT_READS", "sometimes");
    let (refusal, is_done) = told(&installation.run(&["serve"]));
    assert!(!is_done && refusal.contains("AUDIT_READS"), "{refusal}");
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn an_organization_is_forgotten_only_by_who_says_so_twice(#[case] database: TestDatabase) {
    let place = Place::with_events(database).await;
    let counted = place.done(&["organizations", "forget", "engines"]);
    assert!(
        counted.contains("2 connection(s)") && counted.contains("nothing was changed"),
        "{counted}"
    );
    for refused in [
        &["organizations", "forget", "engines", "--yes"][..],
        &[
            "organizations",
            "forget",
            "engines",
            "--yes",
            "--confirm",
            "engine",
        ],
    ] {
        let (refusal, is_done) = place.run(refused);
        assert!(
            !is_done && refusal.contains("nothing was changed"),
            "{refusal}"
        );
    }
    let heads = place.done(&["audit", "heads"]);
    let done = place.done(&[
        "organizations",
        "forget",
        "engines",
        "--yes",
        "--confirm",
        "engines",
    ]);
    assert!(
        done.contains("1 data key(s) destroyed; 2 credential(s)"),
        "{done}"
    );
    let counted = place.done(&["organizations", "forget", "engines"]);
    assert!(
        counted.contains("0 connection(s)") && counted.contains("0 audit event(s)"),
        "{counted}"
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{heads}").unwrap();
    let (report, is_fine) =
        place.run(&["audit", "verify", "--heads", file.path().to_str().unwrap()]);
    assert!(!is_fine && report.contains("engines head: "), "{report}");
}
