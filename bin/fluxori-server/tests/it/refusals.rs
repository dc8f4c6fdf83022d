//! When the server must not start, it says what to do and leaves with an error.

use fluxori_test_support::database::TestDatabase;
use rstest::rstest;

use crate::process::{Installation, run};

fn refusal(installation: &Installation) -> String {
    let output = installation.run(&["serve"]);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!errors.contains("canary"), "{errors}");
    errors
}

#[rstest]
#[case::secret_manager("USE_SECRET_MANAGER", "true", "needs GCP_PROJECT_ID")]
#[case::no_key("ENCRYPTION_KEY", "", "fluxori-server keys generate")]
#[case::short_key("ENCRYPTION_KEY", "canary", "fluxori-server keys generate")]
#[case::placeholder("ENCRYPTION_KEY", "your_32_char_encryption_key_here", "placeholder")]
#[case::no_sign_in("JWT_SECRET", "", "JWT_SECRET or JWT_JWKS_URL")]
#[case::short_secret("JWT_SECRET", "canary", "JWT_SECRET")]
#[case::no_database("DATABASE_URL", "", "DATABASE_URL is not set")]
#[case::unknown_database("DATABASE_URL", "mysql://u:canary@h/d", "must begin with sqlite:")]
#[case::bad_number("DATABASE_CONNECTIONS", "canary", "DATABASE_CONNECTIONS must be")]
#[case::plain_public_url("PUBLIC_URL", "http://canary.example.com", "PUBLIC_URL must be")]
#[case::plain_return_address(
    "RETURN_ADDRESSES",
    "http://canary.example.com",
    "RETURN_ADDRESSES must be"
)]
#[case::bad_file("ENCRYPTION_KEY_FILE", "/nowhere/key", "ENCRYPTION_KEY")]
fn a_setting_that_cannot_be_used(#[case] name: &str, #[case] value: &str, #[case] expected: &str) {
    let errors = refusal(&Installation::prepared(TestDatabase::sqlite()).with(name, value));
    assert!(errors.contains(expected), "{errors}");
}

#[test]
fn a_database_that_was_never_migrated() {
    let database = TestDatabase::sqlite();
    let installation =
        Installation::prepared(TestDatabase::sqlite()).with("DATABASE_URL", database.url());
    let errors = refusal(&installation);
    assert!(errors.contains("fluxori-server migrate"), "{errors}");
}

#[test]
fn a_command_that_does_not_exist() {
    let output = run(&["srve"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("serve"), "{errors}");
}
