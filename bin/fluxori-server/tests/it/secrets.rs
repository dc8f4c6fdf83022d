//! `fluxori-server secrets …`: counting, moving and comparing, as an operator does it.

use fluxori_test_support::{
    database::TestDatabase,
    google::{Call, Code, Fault, FaultRule, Order},
};

use crate::{
    google::Google,
    process::{Installation, told},
};

const KEYS: [&str; 2] = [
    "canary-takealot-key-0123456789",
    "canary-takealot-key-9876543210",
];
/// Old copies may be destroyed after a minute, which no test waits for.
const TO_GOOGLE: &[&str] = &["secrets", "migrate", "--to", "gcp", "--no-wait"];
const TO_DATABASE: &[&str] = &["secrets", "migrate", "--to", "database", "--no-wait"];

fn run(installation: &Installation, arguments: &[&str]) -> (String, bool) {
    told(&installation.run(arguments))
}

/// Two credentials in the database, and Google at hand.
async fn with_two(google: &Google) -> Installation {
    let installation = Installation::prepared(TestDatabase::sqlite());
    let server = installation.serve();
    for key in KEYS {
        server.connect(key).await;
    }
    assert!(server.stop());
    google.of(installation)
}

#[tokio::test]
async fn secrets_go_to_google_and_come_back() {
    let google = Google::start();
    let installation = with_two(&google).await;
    let (status, _) = run(&installation, &["secrets", "status"]);
    assert!(
        status.contains("2 credential(s), sealed by 1 data key(s)\n"),
        "{status}"
    );
    assert!(
        status.contains("0 credential(s); new ones go here\n"),
        "{status}"
    );

    let (report, is_done) = run(&installation, TO_GOOGLE);
    assert!(is_done, "{report}");
    assert!(report.contains("2 credential(s) moved to "), "{report}");
    for key in KEYS {
        assert_eq!(google.fake.payloads_with(key).len(), 1);
    }
    let (status, _) = run(&installation, &["secrets", "status"]);
    assert!(
        status.contains("2 credential(s); new ones go here\n"),
        "{status}"
    );

    let (report, is_done) = run(&installation, TO_GOOGLE);
    assert!(
        is_done && report.contains("0 credential(s) moved"),
        "{report}"
    );

    let (report, is_done) = run(&installation, TO_DATABASE);
    assert!(
        is_done && report.contains("2 credential(s) moved to "),
        "{report}"
    );
    let (status, _) = run(&installation, &["secrets", "status"]);
    assert!(
        status.contains("2 credential(s), sealed by 1 data key(s)"),
        "{status}"
    );
    let (report, is_done) = run(&installation, &["secrets", "reconcile"]);
    assert!(is_done && !report.contains("stray"), "{report}");
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let google = Google::start();
    let installation = with_two(&google).await;
    let dry = [TO_GOOGLE, &["--dry-run"]].concat();
    let (report, is_done) = run(&installation, &dry);
    assert!(is_done, "{report}");
    assert!(
        report.contains("2 credential(s) would be moved to "),
        "{report}"
    );
    assert!(report.contains("nothing was changed"), "{report}");
    assert_eq!(google.fake.held(), (0, 0));
}

#[tokio::test]
async fn only_one_organization_is_moved() {
    let google = Google::start();
    let installation = with_two(&google).await;
    for (organization, moved) in [("nobody", 0), ("engines", 2)] {
        let of_one = [TO_GOOGLE, &["--organization", organization]].concat();
        let (report, is_done) = run(&installation, &of_one);
        assert!(is_done, "{report}");
        assert!(
            report.contains(&format!("{moved} credential(s) moved")),
            "{report}"
        );
    }
    let nameless = [TO_GOOGLE, &["--organization", ""]].concat();
    let (report, is_done) = run(&installation, &nameless);
    assert!(!is_done && report.contains("--organization"), "{report}");
}

#[tokio::test]
async fn what_cannot_be_moved_is_named_and_stays_where_it_is() {
    let google = Google::start();
    let installation = with_two(&google).await;
    let denied = FaultRule::new(Fault::Refused(Code::PermissionDenied)).at(Call::AddSecretVersion);
    google.fake.inject(denied.times(1));
    let (report, is_done) = run(&installation, TO_GOOGLE);
    assert!(!is_done, "{report}");
    assert!(report.contains("1 credential(s) moved to "), "{report}");
    assert_eq!(report.matches("NOT moved: ").count(), 1, "{report}");
    assert!(report.contains("secretmanager.versions.add"), "{report}");
    assert!(report.contains("run this again"), "{report}");

    let (report, is_done) = run(&installation, TO_GOOGLE);
    assert!(
        is_done && report.contains("1 credential(s) moved to "),
        "{report}"
    );
    for key in KEYS {
        assert_eq!(google.fake.payloads_with(key).len(), 1);
    }
}

#[tokio::test]
async fn a_stray_is_reported_and_destroyed_only_when_that_is_asked_for() {
    let google = Google::of_two_hours_ago();
    let installation = with_two(&google).await;
    assert!(run(&installation, TO_GOOGLE).1);
    let stray = google.make_stray(&google.fake.secrets()[0]).await;

    let (report, is_done) = run(&installation, &["secrets", "reconcile"]);
    assert!(is_done, "{report}");
    assert!(
        report.contains("2 credential(s) hold a secret at Google; 3 secret(s) with 2 version(s) are there, for 0.00 USD a month"),
        "{report}"
    );
    assert!(
        report.contains(&format!("secrets/{stray} (made ")),
        "{report}"
    );
    assert!(
        report.contains("nothing was destroyed; --apply destroys strays"),
        "{report}"
    );
    assert!(google.fake.secret(&stray).is_some());

    let (report, is_done) = run(&installation, &["secrets", "reconcile", "--apply"]);
    assert!(
        is_done && report.contains("1 stray(s) destroyed"),
        "{report}"
    );
    assert!(google.fake.secret(&stray).is_none());
    assert_eq!(google.fake.held(), (2, 2));
}

#[tokio::test]
async fn a_young_stray_is_left_alone() {
    let google = Google::start();
    let installation = with_two(&google).await;
    assert!(run(&installation, TO_GOOGLE).1);
    let stray = google.make_stray(&google.fake.secrets()[0]).await;
    let (report, is_done) = run(&installation, &["secrets", "reconcile", "--apply"]);
    assert!(
        is_done && report.contains("younger than an hour"),
        "{report}"
    );
    assert!(google.fake.secret(&stray).is_some());
}

#[tokio::test]
async fn what_somebody_broke_at_google_is_reported() {
    let google = Google::start();
    let installation = with_two(&google).await;
    assert!(run(&installation, TO_GOOGLE).1);
    let secrets = google.fake.secrets();
    google
        .fake
        .operate(Order::DestroyVersion(secrets[0].id.clone(), 1));
    google
        .fake
        .operate(Order::DisableVersion(secrets[1].id.clone(), 1));
    let (report, is_whole) = run(&installation, &["secrets", "reconcile"]);
    assert!(!is_whole, "{report}");
    assert!(
        report.contains("its secret is gone at Google: the seller has to connect again"),
        "{report}"
    );
    assert!(
        report.contains("its secret is disabled at Google: enable it there"),
        "{report}"
    );

    google
        .fake
        .operate(Order::EnableVersion(secrets[1].id.clone(), 1));
    let (report, is_whole) = run(&installation, &["secrets", "reconcile"]);
    assert!(!is_whole, "{report}");
    assert_eq!(report.matches("DAMAGED").count(), 1, "{report}");
}

#[tokio::test]
async fn without_a_project_there_is_nowhere_to_move_to() {
    let installation = Installation::prepared(TestDatabase::sqlite());
    installation.serve().connect(KEYS[0]).await;
    let (report, is_done) = run(&installation, TO_GOOGLE);
    assert!(!is_done, "{report}");
    assert!(report.contains("GCP_PROJECT_ID"), "{report}");
}
