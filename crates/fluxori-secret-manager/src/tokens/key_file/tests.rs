use std::io::Write;

use rstest::rstest;
use tempfile::NamedTempFile;

use super::*;

fn prepared(content: &str) -> Result<TokenRequest, TokenError> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    prepare(file.path(), DateTime::UNIX_EPOCH)
}

const LOGIN: &str = r#"{
    "type": "authorized_user",
    "client_id": "id.apps",
    "client_secret": "se&cret",
    "refresh_token": "1//canary",
    "quota_project_id": "my-project"
}"#;

#[test]
fn a_log_in_by_gcloud_is_renewed_at_google_and_pays_from_its_project() {
    let request = prepared(LOGIN).unwrap();
    assert_eq!(
        request.endpoint.as_str(),
        "https://oauth2.googleapis.com/token"
    );
    assert_eq!(
        *request.form,
        "grant_type=refresh_token&client_id=id.apps&client_secret=se%26cret&refresh_token=1%2F%2Fcanary"
    );
    assert_eq!(
        request.quota_project,
        Some(ProjectId::new("my-project").unwrap())
    );
}

#[rstest]
#[case("", "not the JSON")]
#[case("canary", "not the JSON")]
#[case(r#"{"type":7}"#, "not the JSON")]
#[case(
    r#"{"type":"external_account","audience":"canary"}"#,
    "workload identity"
)]
#[case(r#"{"type":"impersonated_service_account"}"#, "are supported")]
#[case(r#"{"type":"authorized_user","client_id":"canary"}"#, "refresh_token")]
#[case(r#"{"type":"service_account"}"#, "client_email")]
#[case(r#"{"type":"service_account","client_email":"canary"}"#, "token_uri")]
#[case(
    r#"{"type":"service_account","client_email":"a","token_uri":"http://canary.example/"}"#,
    "https"
)]
#[case(
    r#"{"type":"service_account","client_email":"a","token_uri":"https://a.example/","private_key":"canary"}"#,
    "private_key"
)]
fn a_file_that_is_no_use_is_told_apart(#[case] content: &str, #[case] said: &str) {
    let error = prepared(content).err().unwrap();
    assert!(
        matches!(error, TokenError::FileMalformed { .. }),
        "{error:?}"
    );
    let shown = format!("{error} {error:?}");
    assert!(shown.contains(said), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn a_missing_file_and_one_that_is_far_too_long_are_refused() {
    let missing = prepare(Path::new("/nowhere/key.json"), DateTime::UNIX_EPOCH);
    assert_eq!(
        missing.err(),
        Some(TokenError::FileUnreadable {
            path: "/nowhere/key.json".into(),
            kind: std::io::ErrorKind::NotFound,
        })
    );
    let error = prepared(&" ".repeat(70_000)).err().unwrap();
    assert!(error.to_string().contains("64 KiB"), "{error}");
}
