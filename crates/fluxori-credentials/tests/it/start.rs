//! What keeps the library from starting, and what it says.

use std::error::Error;

use fluxori_connections::Verify;
use fluxori_credentials::{CredentialProvider, Marketplace, StartError};
use fluxori_test_support::database::TestDatabase;
use rstest::rstest;

use crate::installation::{Installation, MASTER_KEY, organization, user};

const OTHER_KEY: &str = "q83vEjRWeJCrze8Ac2FkNnR5Wm1YcFVoT2tMZ0J0RGo=";

async fn refusal(installation: &Installation) -> (StartError, String) {
    let Err(error) = installation.provider().await else {
        panic!("it started")
    };
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    (error, text)
}

#[tokio::test]
async fn secret_manager_without_a_project_is_refused_rather_than_ignored() {
    let installation = Installation::new(TestDatabase::sqlite())
        .await
        .with("USE_SECRET_MANAGER", "true");
    let (error, text) = refusal(&installation).await;
    assert!(matches!(error, StartError::NoProject), "{text}");
}

#[tokio::test]
async fn credentials_in_memory_are_refused_where_nobody_tells_of_changes() {
    let installation = Installation::new(TestDatabase::sqlite())
        .await
        .with("CREDENTIAL_CACHE", "coherent");
    let (error, text) = refusal(&installation).await;
    assert!(matches!(error, StartError::CacheNeedsPostgresql), "{text}");
    assert!(text.contains("CREDENTIAL_CACHE"), "{text}");
    let installation = installation.with("CREDENTIAL_CACHE", "sometimes");
    let refused = installation.try_settings().unwrap_err().to_string();
    assert!(refused.contains("CREDENTIAL_CACHE"), "{refused}");
}

#[tokio::test]
async fn credentials_in_memory_are_those_of_the_database() {
    let installation = Installation::new(TestDatabase::postgres())
        .await
        .with("CREDENTIAL_CACHE", "coherent");
    let id = installation
        .connect(Marketplace::Takealot, Verify::Require)
        .await;
    let provider = installation.provider().await.unwrap();
    let (user, organization) = (user(), organization());
    let read = || provider.get_marketplace_credentials(&user, &organization, Marketplace::Takealot);
    for _ in 0..1_000 {
        assert_eq!(read().await.unwrap().connection_id(), id);
    }
    assert!(!read().await.unwrap().headers().is_empty());
    provider.shutdown().await;
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn another_master_key_is_refused_until_the_old_one_is_kept_beside_it(
    #[case] database: TestDatabase,
) {
    let installation = Installation::new(database).await;
    installation
        .connect(Marketplace::Takealot, Verify::Require)
        .await;
    let installation = installation.with("ENCRYPTION_KEY", OTHER_KEY);
    let (_, text) = refusal(&installation).await;
    assert!(text.contains("ENCRYPTION_KEYS_RETIRED"), "{text}");

    let installation = installation.with("ENCRYPTION_KEYS_RETIRED", MASTER_KEY);
    let provider: CredentialProvider = installation.provider().await.unwrap();
    let credentials = provider
        .get_marketplace_credentials(&user(), &organization(), Marketplace::Takealot)
        .await;
    assert!(credentials.is_ok(), "the retired key still opens");
    provider.shutdown().await;
}

#[rstest]
#[case("PUBLIC_URL", "http://canary.example.com")]
#[case("PUBLIC_URL", "https://canary.example.com/below")]
#[case(
    "RETURN_ADDRESSES",
    "https://app.example.com, http://canary.example.com"
)]
#[case("AMAZON_CLIENT_SECRET_EXPIRES_AT", "canary")]
#[case("AMAZON_SELLER_CENTRAL", "ZA=http://canary.example.com")]
#[tokio::test]
async fn an_address_or_a_day_that_cannot_be_used_is_refused_by_name(
    #[case] name: &str,
    #[case] value: &str,
) {
    let installation = Installation::new(TestDatabase::sqlite())
        .await
        .with(name, value);
    let error = installation.try_settings().unwrap_err().to_string();
    assert!(error.starts_with(name), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[tokio::test]
async fn a_database_that_is_not_there_says_what_to_do() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let installation = installation.with("DATABASE_URL", "sqlite:/nowhere/at/all.sqlite");
    let (error, text) = refusal(&installation).await;
    assert!(matches!(error, StartError::Database(_)), "{text}");
}
