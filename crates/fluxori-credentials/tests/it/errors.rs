//! Each error says who has to do what.

use chrono::TimeDelta;
use fluxori_connections::Verify;
use fluxori_credentials::{CredentialError, Marketplace, OutcomeClass, UserId};
use fluxori_test_support::database::TestDatabase;

use crate::installation::{Installation, organization, user};

#[tokio::test]
async fn a_connection_that_does_not_exist_or_is_anothers() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    installation
        .connect(Marketplace::Takealot, Verify::Require)
        .await;
    let provider = installation.provider().await.unwrap();
    let stranger = UserId::new("eve").unwrap();
    for (user, marketplace) in [
        (&user(), Marketplace::Xero),
        (&stranger, Marketplace::Takealot),
    ] {
        let error = provider
            .get_marketplace_credentials(user, &organization(), marketplace)
            .await;
        assert!(matches!(error, Err(CredentialError::NoSuchConnection)));
    }
    provider.shutdown().await;
}

#[tokio::test]
async fn a_connection_that_was_never_tested_and_has_no_account_yet() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let id = installation.connect(Marketplace::Xero, Verify::Skip).await;
    let provider = installation.provider().await.unwrap();
    let error = provider
        .get_marketplace_credentials(&user(), &organization(), Marketplace::Xero)
        .await
        .unwrap_err();
    assert!(matches!(error, CredentialError::NoAccountChosen { connection } if connection == id));
    provider.shutdown().await;
}

#[tokio::test]
async fn a_token_that_has_run_out_and_came_without_another() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let id = installation.connect_for_once().await;
    installation.clock.advance(TimeDelta::days(27_000));
    let provider = installation.provider().await.unwrap();
    let error = provider
        .get_marketplace_credentials(&user(), &organization(), Marketplace::Xero)
        .await
        .unwrap_err();
    assert!(
        matches!(error, CredentialError::NoValidToken { connection, expires_at: Some(_) } if connection == id),
        "{error:?}"
    );
    provider.shutdown().await;
}

#[tokio::test]
async fn an_application_that_is_not_set_up_here() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    installation
        .connect(Marketplace::Amazon, Verify::Skip)
        .await;
    let installation = installation.with("AMAZON_CLIENT_ID", "");
    let provider = installation.provider().await.unwrap();
    let error = provider
        .get_marketplace_credentials(&user(), &organization(), Marketplace::Amazon)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            CredentialError::Waiting {
                class: OutcomeClass::AppConfig,
                ..
            }
        ),
        "{error:?}"
    );
    provider.shutdown().await;
}
