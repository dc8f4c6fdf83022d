//! What the doctor finds at Google: each bad day has a line of its own, and what mends it.

use std::time::{Duration, Instant};

use fluxori_test_support::google::{KeyState, Order, Service};
use rstest::rstest;

use crate::{
    google::Google,
    process::{Installation, told},
};

const KEY: &str = "canary-takealot-key-0123456789";

fn doctor(installation: &Installation) -> (String, bool) {
    told(&installation.run(&["doctor"]))
}

#[tokio::test]
async fn a_healthy_project_is_told_so_and_so_is_who_asks() {
    let google = Google::start();
    let installation = google.installation().with("ENCRYPTION_KEY", "");
    let (report, is_healthy) = doctor(&installation);
    assert!(is_healthy, "{report}");
    for line in [
        "ok    master key: none, and none is needed",
        "ok    Google account: server@fluxori-test.iam.gserviceaccount.com by /",
        "ok    Secret Manager: answers for project fluxori-test",
        "ok    permissions: all that a server needs: secretmanager.secrets.create,",
        "ok    secrets reconcile: this account may do it",
        "ok    replication: new secrets are kept wherever Google likes",
        "ok    quota: this process writes at most 600 times a minute",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
    assert!(!report.contains("BAD"), "{report}");
    assert_eq!(google.fake.held(), (0, 0), "it changes nothing");

    assert!(google.fake.count_all() > 0);
    let server = installation.serve();
    server.connect(KEY).await;
    let (report, is_healthy) = doctor(&installation);
    assert!(is_healthy, "{report}");
    assert!(
        report.contains("ok    secrets: 1 credential(s) in"),
        "{report}"
    );
    assert!(
        report.contains("ok    replication: secrets are kept wherever"),
        "{report}"
    );
}

#[rstest]
#[case::api(
    Order::DisableService(Service::SecretManager),
    &["BAD   Secret Manager: Secret Manager is not enabled in the project",
      "note  run: gcloud services enable secretmanager.googleapis.com --project=fluxori-test"]
)]
#[case::billing(
    Order::DisableBilling,
    &["BAD   Secret Manager: billing is not enabled for the project",
      "note  run: gcloud billing projects link fluxori-test --billing-account="]
)]
#[case::account(
    Order::DeleteAccount("server@fluxori-test.iam.gserviceaccount.com".to_owned()),
    &["BAD   Google account: Google refuses the credentials in"]
)]
#[case::permission(
    Order::Revoke(
        "server@fluxori-test.iam.gserviceaccount.com".to_owned(),
        "secretmanager.versions.destroy".to_owned(),
    ),
    &["BAD   permissions: secretmanager.versions.destroy is missing; roles/secretmanager.secretVersionManager has it",
      "note  run: gcloud iam roles create fluxoriServer --project=fluxori-test",
      "--member='serviceAccount:server@fluxori-test.iam.gserviceaccount.com'"]
)]
fn a_bad_day_has_a_line_of_its_own(#[case] order: Order, #[case] lines: &[&str]) {
    let google = Google::start();
    let installation = google.installation();
    google.fake.operate(order);
    let (report, is_healthy) = doctor(&installation);
    assert!(!is_healthy, "{report}");
    assert_eq!(report.matches("BAD ").count(), 1, "{report}");
    for line in lines {
        assert!(report.contains(line), "{line}\n{report}");
    }
}

#[test]
fn a_key_that_was_deleted_is_refused_by_google() {
    let google = Google::start();
    let (email, key) = (google.account.email.clone(), google.account.key_id.clone());
    google.fake.operate(Order::DeleteKey(email, key));
    let (report, is_healthy) = doctor(&google.installation());
    assert!(!is_healthy, "{report}");
    assert!(
        report.contains("the key or log-in has expired or was revoked"),
        "{report}"
    );
}

#[test]
fn a_project_that_is_not_ours() {
    let google = Google::start();
    let (report, is_healthy) = doctor(&google.installation().with("GCP_PROJECT_ID", "another-one"));
    assert!(!is_healthy, "{report}");
    let line = "BAD   permissions: project another-one does not exist, or this account may do nothing there";
    assert!(report.contains(line), "{report}");
}

#[test]
fn without_a_metadata_server_it_ends_within_seconds() {
    let google = Google::start();
    let installation = google
        .installation()
        .with("GOOGLE_APPLICATION_CREDENTIALS", "")
        .with("GCE_METADATA_HOST", "127.0.0.1:1");
    let started = Instant::now();
    let (report, is_healthy) = doctor(&installation);
    assert!(!is_healthy, "{report}");
    assert!(
        report.contains("BAD   Google account: no Google credentials were found"),
        "{report}"
    );
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn the_account_of_a_machine_is_asked_of_the_metadata_server() {
    let google = Google::start();
    let host = google.fake.endpoints().metadata_host.clone();
    let installation = google
        .installation()
        .with("GOOGLE_APPLICATION_CREDENTIALS", "")
        .with("GCE_METADATA_HOST", &host);
    let (report, is_healthy) = doctor(&installation);
    assert!(is_healthy, "{report}");
    let line = format!("{} by the metadata server", google.fake.metadata_account());
    assert!(report.contains(&line), "{report}");
}

#[test]
fn an_adapter_needs_two_permissions_only() {
    let google = Google::start();
    let account = &google.account.email;
    for permission in [
        "secrets.create",
        "secrets.delete",
        "versions.destroy",
        "secrets.list",
    ] {
        let permission = format!("secretmanager.{permission}");
        google
            .fake
            .operate(Order::Revoke(account.clone(), permission));
    }
    let installation = google.installation();
    let (report, is_healthy) = told(&installation.run(&["doctor", "--as", "adapter"]));
    assert!(is_healthy, "{report}");
    let line =
        "all that an adapter needs: secretmanager.versions.add, secretmanager.versions.access";
    assert!(report.contains(line), "{report}");
    let (report, is_healthy) = told(&installation.run(&["doctor", "--as", "reconciler"]));
    assert!(!is_healthy, "{report}");
    assert!(
        report.contains("secretmanager.secrets.list is missing"),
        "{report}"
    );
}

#[test]
fn a_project_that_cannot_be_asked_is_a_notice() {
    let google = Google::start();
    google
        .fake
        .operate(Order::DisableService(Service::ResourceManager));
    let (report, is_healthy) = doctor(&google.installation());
    assert!(is_healthy, "{report}");
    assert!(
        report.contains("note  permissions: the project cannot be asked"),
        "{report}"
    );
    assert!(
        report.contains("gcloud services enable cloudresourcemanager.googleapis.com"),
        "{report}"
    );
}

#[rstest]
#[case(
    KeyState::Disabled,
    "is disabled: enable its primary version",
    "gcloud kms keys versions enable VERSION --key=projects/"
)]
#[case(
    KeyState::Destroyed,
    "is destroyed, or will be",
    "gcloud kms keys versions restore"
)]
fn a_master_key_that_does_not_work(
    #[case] state: KeyState,
    #[case] line: &str,
    #[case] mend: &str,
) {
    let google = Google::start();
    let key = google.fake.kms_key("global", "fluxori", "data-keys");
    let installation = google
        .installation()
        .with("ENCRYPTION_KEY", "")
        .with("ENCRYPTION_KMS_KEY", &key);
    let (report, is_healthy) = doctor(&installation);
    assert!(is_healthy, "{report}");
    assert!(
        report.contains(&format!("ok    ENCRYPTION_KMS_KEY: {key} is enabled")),
        "{report}"
    );

    google
        .fake
        .operate(Order::SetKeyState(key.clone(), 1, state));
    let (report, is_healthy) = doctor(&installation);
    assert!(!is_healthy, "{report}");
    assert!(
        report.contains(&format!("BAD   ENCRYPTION_KMS_KEY: {key} {line}")),
        "{report}"
    );
    assert!(report.contains(mend), "{report}");
}

#[test]
fn a_master_key_that_may_not_be_used() {
    let google = Google::start();
    let key = google.fake.kms_key("global", "fluxori", "data-keys");
    let permission = "cloudkms.cryptoKeyVersions.useToDecrypt".to_owned();
    google
        .fake
        .operate(Order::Revoke(google.account.email.clone(), permission));
    let installation = google.installation().with("ENCRYPTION_KEY", "");
    let (report, is_healthy) = doctor(&installation.with("ENCRYPTION_KMS_KEY", &key));
    assert!(!is_healthy, "{report}");
    assert!(
        report.contains("cloudkms.cryptoKeyVersions.useToDecrypt on projects/"),
        "{report}"
    );
    let line =
        format!("gcloud kms keys add-iam-policy-binding {key} --member='serviceAccount:server@");
    assert!(report.contains(&line), "{report}");
}

#[tokio::test]
async fn secrets_that_are_kept_elsewhere_than_new_ones_are_a_notice() {
    let google = Google::start();
    let installation = google.installation();
    installation.serve().connect(KEY).await;
    let installation = installation.with("SECRET_MANAGER_REGIONS", "europe-west1,europe-west4");
    let (report, is_healthy) = doctor(&installation);
    assert!(is_healthy, "{report}");
    let line =
        "note  replication: new secrets are kept in europe-west1, europe-west4, but fluxori-";
    assert!(report.contains(line), "{report}");
}

#[tokio::test]
async fn a_secret_that_somebody_deleted_is_bad() {
    let google = Google::start();
    let installation = google.installation();
    installation.serve().connect(KEY).await;
    let secret = google.fake.secrets().remove(0).id;
    google.fake.operate(Order::DeleteSecret(secret));
    let (report, is_healthy) = doctor(&installation);
    assert!(!is_healthy, "{report}");
    assert!(
        report.contains("run `fluxori-server secrets reconcile`"),
        "{report}"
    );
}
