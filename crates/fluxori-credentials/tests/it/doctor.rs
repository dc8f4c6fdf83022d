use fluxori_connections::Verify;
use fluxori_credentials::{Finding, GoogleUse, Marketplace, Verdict, examine};
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
    let findings = examine(&installation.settings(), GoogleUse::Server).await;
    assert!(
        findings
            .iter()
            .all(|finding| finding.verdict == Verdict::Good || finding.subject == "browser"),
        "{findings:?}"
    );
    assert!(
        about(&findings, "data keys")
            .message
            .contains("wraps 1 data key(s)")
    );
}

#[tokio::test]
async fn the_addresses_to_register_are_named() {
    let installation = Installation::new(TestDatabase::sqlite())
        .await
        .with("PUBLIC_URL", "https://vault.example.com/");
    let findings = examine(&installation.settings(), GoogleUse::Server).await;
    let browser = about(&findings, "browser");
    assert_eq!(browser.verdict, Verdict::Notice);
    assert!(
        browser
            .message
            .ends_with("set RETURN_ADDRESSES to let them")
    );

    let installation = installation.with("RETURN_ADDRESSES", "https://app.example.com/x");
    let findings = examine(&installation.settings(), GoogleUse::Server).await;
    assert_eq!(about(&findings, "browser").verdict, Verdict::Good);
    assert_eq!(
        about(&findings, "register at xero").message,
        "redirect URI https://vault.example.com/api/oauth/xero/callback"
    );
    let shopify = &about(&findings, "register at shopify").message;
    assert!(shopify.contains("https://vault.example.com/api/webhooks/shopify"));
}

#[tokio::test]
async fn what_the_page_needs_is_named() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let findings = examine(&installation.settings(), GoogleUse::Server).await;
    let off = &about(&findings, "page").message;
    assert!(off.starts_with("off: set PUBLIC_URL, OIDC_ISSUER"));

    let installation = installation
        .with("PUBLIC_URL", "https://vault.example.com/")
        .with("OIDC_ISSUER", "https://id.example.com")
        .with("OIDC_CLIENT_ID", "fluxori");
    let findings = examine(&installation.settings(), GoogleUse::Server).await;
    assert_eq!(
        about(&findings, "page").message,
        "on, at https://vault.example.com/"
    );
    let register = &about(&findings, "register at the identity provider").message;
    assert!(register.contains("https://vault.example.com/auth/callback"));
}

#[tokio::test]
async fn an_application_secret_that_has_run_out_is_bad() {
    let mut installation = Installation::new(TestDatabase::sqlite()).await;
    for (day, verdict) in [("2020-05-01", Verdict::Bad), ("2999-05-01", Verdict::Good)] {
        installation = installation.with("AMAZON_CLIENT_SECRET_EXPIRES_AT", day);
        let findings = examine(&installation.settings(), GoogleUse::Server).await;
        let secret = about(&findings, "application secret");
        assert_eq!(secret.verdict, verdict, "{secret:?}");
        assert!(secret.message.contains("AMAZON_CLIENT_SECRET"));
    }
}

#[tokio::test]
async fn a_key_that_does_not_fit_the_database_is_bad() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    installation
        .connect(Marketplace::Takealot, Verify::Require)
        .await;
    let other = "q83vEjRWeJCrze8Ac2FkNnR5Wm1YcFVoT2tMZ0J0RGo=";
    let findings = examine(
        &installation.with("ENCRYPTION_KEY", other).settings(),
        GoogleUse::Server,
    )
    .await;
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
