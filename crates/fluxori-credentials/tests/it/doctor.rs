use fluxori_connections::Verify;
use fluxori_credentials::{Finding, Marketplace, Verdict, examine};
use fluxori_test_support::database::TestDatabase;

use crate::installation::Installation;

fn about<'a>(findings: &'a [Finding], subject: &str) -> &'a Finding {
    findings
        .iter()
        .find(|finding| finding.subject == subject)
        .unwrap()
}

#[tokio::test]
async fn a_healthy_installation_shows_which_key_wraps_how_much() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    installation
        .connect(Marketplace::Takealot, Verify::Require)
        .await;
    let findings = examine(&installation.settings()).await;
    assert!(
        findings
            .iter()
            .all(|finding| finding.verdict == Verdict::Good),
        "{findings:?}"
    );
    assert!(
        about(&findings, "data keys")
            .message
            .contains("wraps 1 data key(s)")
    );
}

#[tokio::test]
async fn a_key_that_does_not_fit_the_database_is_bad() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    installation
        .connect(Marketplace::Takealot, Verify::Require)
        .await;
    let other = "q83vEjRWeJCrze8Ac2FkNnR5Wm1YcFVoT2tMZ0J0RGo=";
    let findings = examine(&installation.with("ENCRYPTION_KEY", other).settings()).await;
    let bad: Vec<_> = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Bad)
        .collect();
    assert_eq!(bad.len(), 1, "{findings:?}");
    assert!(
        bad[0].message.contains("ENCRYPTION_KEYS_RETIRED"),
        "{findings:?}"
    );
}
