//! Which stores and keys a server starts with, and what it says when they do not fit.

use fluxori_test_support::{
    database::TestDatabase,
    google::{Call, Code, Fault, FaultRule},
};
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::Value;

use crate::{
    google::Google,
    process::{Installation, told},
};

const KEY: &str = "canary-takealot-key-0123456789";

fn refusal(installation: &Installation) -> String {
    let (errors, has_served) = told(&installation.run(&["serve"]));
    assert!(!has_served);
    errors
}

#[rstest]
#[case::no_project(&[("GCP_PROJECT_ID", "")], "needs GCP_PROJECT_ID")]
#[case::bad_project(&[("GCP_PROJECT_ID", "Canary Project")], "GCP_PROJECT_ID cannot be used: not acceptable: a project id")]
#[case::bad_key(&[("SECRET_MANAGER_KMS_KEYS", "canary")], "SECRET_MANAGER_KMS_KEYS cannot be used: not acceptable: a key name")]
#[case::two_keys_for_no_region(
    &[("SECRET_MANAGER_KMS_KEYS",
       "projects/fluxori-test/locations/global/keyRings/r/cryptoKeys/a,projects/fluxori-test/locations/global/keyRings/r/cryptoKeys/b")],
    "one key, because SECRET_MANAGER_REGIONS names no regions"
)]
#[case::one_key_for_two_regions(
    &[("SECRET_MANAGER_REGIONS", "europe-west1,europe-west4"),
      ("SECRET_MANAGER_KMS_KEYS", "projects/fluxori-test/locations/europe-west1/keyRings/r/cryptoKeys/a")],
    "as many keys as SECRET_MANAGER_REGIONS names regions"
)]
#[case::key_elsewhere(
    &[("SECRET_MANAGER_REGIONS", "europe-west1"),
      ("SECRET_MANAGER_KMS_KEYS", "projects/fluxori-test/locations/global/keyRings/r/cryptoKeys/a")],
    "each key must be in its own region"
)]
#[case::plain_http(&[("SECRET_MANAGER_URL", "http://canary.example.com")], "SECRET_MANAGER_URL cannot be used")]
#[case::no_writes(&[("SECRET_MANAGER_WRITES_PER_MINUTE", "0")], "SECRET_MANAGER_WRITES_PER_MINUTE must be")]
#[case::two_master_keys(
    &[("ENCRYPTION_KMS_KEY", "projects/fluxori-test/locations/global/keyRings/r/cryptoKeys/k")],
    "ENCRYPTION_KEY and ENCRYPTION_KMS_KEY are both set"
)]
fn settings_that_do_not_fit_are_refused_by_name(
    #[case] settings: &[(&str, &str)],
    #[case] expected: &str,
) {
    let google = Google::start();
    let installation = settings
        .iter()
        .fold(google.installation(), |installation, (name, value)| {
            installation.with(name, value)
        });
    let errors = refusal(&installation);
    assert!(errors.contains(expected), "{errors}");
    assert_eq!(
        google.fake.count_all(),
        0,
        "nothing of that is asked of Google"
    );
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn with_secret_manager_no_master_key_is_needed(#[case] database: TestDatabase) {
    let google = Google::start();
    let installation = google
        .of(Installation::prepared(database))
        .with("ENCRYPTION_KEY", "");
    let server = installation.serve();
    let created = server.connect(KEY).await;
    assert_eq!(google.fake.payloads_with(KEY).len(), 1);
    drop(server); // kill -9

    let server = installation.serve();
    assert_eq!(server.count().await, 1);
    let path = format!("/api/connections/{}", created["id"].as_str().unwrap());
    let deleted = server.request(reqwest::Method::DELETE, &path).send().await;
    assert!(deleted.unwrap().status().is_success());
    assert_eq!(google.fake.held(), (0, 0));
    assert!(server.stop());
}

#[tokio::test]
async fn a_master_key_in_cloud_kms_is_enough() {
    let google = Google::start();
    let key = google.fake.kms_key("global", "fluxori", "data-keys");
    let installation = google
        .installation()
        .with("USE_SECRET_MANAGER", "false")
        .with("ENCRYPTION_KEY", "")
        .with("ENCRYPTION_KMS_KEY", &key);
    let server = installation.serve();
    server.connect(KEY).await;
    assert_eq!(google.fake.held(), (0, 0));
    assert_eq!(google.fake.count(Call::Encrypt), 1);
    assert!(server.stop());
    assert_eq!(installation.serve().count().await, 1);
}

#[tokio::test]
async fn secrets_in_a_store_that_is_not_set_up_are_noticed_before_anything_is_served() {
    let google = Google::start();
    let installation = Installation::prepared(TestDatabase::sqlite());
    installation.serve().connect(KEY).await;
    let key = installation.setting("ENCRYPTION_KEY");
    let installation = google.of(installation).with("ENCRYPTION_KEY", "");
    let errors = refusal(&installation);
    assert!(errors.contains("secrets migrate --to gcp"), "{errors}");

    let installation = installation.with("ENCRYPTION_KEY", &key);
    installation
        .serve()
        .connect("canary-takealot-key-9876543210")
        .await;
    let installation = installation
        .with("USE_SECRET_MANAGER", "false")
        .with("GCP_PROJECT_ID", "");
    let errors = refusal(&installation);
    assert!(errors.contains("set GCP_PROJECT_ID until"), "{errors}");
}

/// What sellers read never says anything of Google's.
#[rstest]
#[case::down(Fault::Page(503), 503, "unavailable")]
#[case::quota(Fault::Refused(Code::ResourceExhausted), 503, "unavailable")]
#[case::denied(Fault::Refused(Code::PermissionDenied), 500, "internal")]
#[tokio::test]
async fn trouble_at_google_is_a_problem_of_ours(
    #[case] fault: Fault,
    #[case] status: u16,
    #[case] kind: &str,
) {
    let google = Google::start();
    let server = google.installation().with("ENCRYPTION_KEY", "").serve();
    google
        .fake
        .inject(FaultRule::new(fault).at(Call::CreateSecret));
    let answer = server.try_connect(KEY).await;
    assert_eq!(answer.status(), StatusCode::from_u16(status).unwrap());
    let asks_back = answer.headers().contains_key("retry-after");
    assert_eq!(asks_back, status == 503);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], format!("/problems/{kind}"));
    assert!(
        !problem.to_string().to_lowercase().contains("google"),
        "{problem}"
    );
    assert_eq!(server.count().await, 0);

    google.fake.clear_faults();
    server.connect(KEY).await;
    assert_eq!(google.fake.payloads_with(KEY).len(), 1);
}
