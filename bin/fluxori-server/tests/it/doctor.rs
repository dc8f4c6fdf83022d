use fluxori_test_support::database::TestDatabase;

use crate::process::Installation;

#[test]
fn a_healthy_installation_is_told_so() {
    let output = Installation::prepared(TestDatabase::sqlite()).run(&["doctor"]);
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{report}");
    assert!(report.contains("ok    master key"), "{report}");
    assert!(report.contains("ok    database"), "{report}");
    assert!(report.contains("AMAZON_CLIENT_ID"), "{report}");
    assert!(report.contains("note  browser"), "{report}");
    assert!(!report.contains("BAD"), "{report}");
}

#[test]
fn the_addresses_to_register_are_printed() {
    let output = Installation::prepared(TestDatabase::sqlite())
        .with("PUBLIC_URL", "https://vault.example.com")
        .with("RETURN_ADDRESSES", "https://app.example.com/integrations")
        .run(&["doctor"]);
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{report}");
    for marketplace in ["amazon", "shopify", "xero"] {
        let address = format!("https://vault.example.com/api/oauth/{marketplace}/callback");
        assert!(report.contains(&address), "{report}");
    }
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with("ENCRYPTION_KEY", "your_32_char_encryption_key_here")
        .with("DATABASE_URL", "sqlite:/nowhere/at/all.db")
        .with("JWT_SECRET", "short");
    let output = installation.run(&["doctor"]);
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success(), "{report}");
    assert_eq!(report.matches("BAD").count(), 3, "{report}");
}
