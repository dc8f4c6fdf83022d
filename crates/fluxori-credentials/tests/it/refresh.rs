//! Adapters get tokens that live, and are told what to do when there are none.

use std::time::Duration;

use chrono::TimeDelta;
use fluxori_connections::Verify;
use fluxori_credentials::{
    Clock, CredentialError, CredentialProvider, Marketplace, MarketplaceCredentials, OutcomeClass,
};
use fluxori_test_support::{
    database::TestDatabase,
    providers::{Behaviour, Call, Fault, FaultRule, keys},
};
use rstest::rstest;

use crate::installation::{Installation, organization, user};

async fn amazon(provider: &CredentialProvider) -> Result<MarketplaceCredentials, CredentialError> {
    provider
        .get_marketplace_credentials(&user(), &organization(), Marketplace::Amazon)
        .await
}

async fn connected(database: TestDatabase) -> (Installation, CredentialProvider) {
    let installation = Installation::new(database).await;
    installation
        .connect(Marketplace::Amazon, Verify::Require)
        .await;
    let provider = installation.provider().await.unwrap();
    (installation, provider)
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn a_token_that_runs_out_is_renewed_before_it_is_handed_out(#[case] database: TestDatabase) {
    let (installation, provider) = connected(database).await;
    let bought = || installation.providers.count(Call::AmazonToken);
    let first = amazon(&provider).await.unwrap();
    let before = bought();
    installation.clock.advance(TimeDelta::minutes(39));

    // Twenty-one minutes are left: as much as anybody may ask for.
    let longest = provider
        .request(&user(), &organization(), Marketplace::Amazon)
        .minimum_validity(Duration::from_hours(2))
        .read()
        .await
        .unwrap();
    assert_eq!(longest.generation(), first.generation());
    assert_eq!(bought(), before);

    installation.clock.advance(TimeDelta::seconds(1201));
    let fresh = amazon(&provider).await.unwrap();
    assert!(fresh.generation() > first.generation());
    assert!(fresh.valid_until().unwrap() > installation.clock.now() + TimeDelta::minutes(20));
    assert_ne!(
        fresh.headers()["x-amz-access-token"],
        first.headers()["x-amz-access-token"]
    );
    assert_eq!(bought(), before + 1);
    provider.shutdown().await;
}

#[tokio::test]
async fn many_reports_of_one_refusal_buy_one_token() {
    let (installation, provider) = connected(TestDatabase::sqlite()).await;
    let bought = || installation.providers.count(Call::AmazonToken);
    installation.clock.advance(TimeDelta::minutes(1));
    let refused = amazon(&provider).await.unwrap();
    let before = bought();
    installation.clock.advance(TimeDelta::minutes(1));
    for _ in 0..3 {
        provider.report_rejected(&refused).await.unwrap();
    }
    assert_eq!(bought(), before + 1);
    let fresh = amazon(&provider).await.unwrap();
    assert!(fresh.generation() > refused.generation());
    provider.shutdown().await;
}

#[tokio::test]
async fn a_troubled_marketplace_is_waited_for_and_blames_nobody() {
    let (installation, provider) = connected(TestDatabase::sqlite()).await;
    installation.clock.advance(TimeDelta::hours(2));
    installation
        .providers
        .inject(FaultRule::new(Fault::Page(503)).at(Call::AmazonToken));
    let error = amazon(&provider).await.unwrap_err();
    assert!(
        matches!(error, CredentialError::Waiting { class, .. } if class.is_transient()),
        "{error:?}"
    );
    let wait = error.retry_after().unwrap();
    assert!(
        wait > Duration::ZERO && wait < Duration::from_mins(1),
        "{wait:?}"
    );

    installation.providers.clear_faults();
    let error = amazon(&provider).await.unwrap_err();
    assert!(
        matches!(error, CredentialError::Waiting { .. }),
        "nobody asks sooner: {error:?}"
    );
    installation
        .clock
        .advance(TimeDelta::from_std(wait).unwrap());
    amazon(&provider).await.unwrap();
    provider.shutdown().await;
}

#[tokio::test]
async fn a_withdrawn_authorisation_needs_the_seller() {
    let (installation, provider) = connected(TestDatabase::sqlite()).await;
    installation.clock.advance(TimeDelta::hours(2));
    installation
        .providers
        .script(keys::AMAZON_GOOD, Behaviour::Refused);
    let error = amazon(&provider).await.unwrap_err();
    assert!(
        matches!(error, CredentialError::NeedsSeller { status, .. } if status.name() == "expired"),
        "{error:?}"
    );
    assert_eq!(error.retry_after(), None);
    provider.shutdown().await;
}

#[tokio::test]
async fn a_wrong_application_secret_is_the_operators_and_nobody_elses() {
    let (installation, provider) = connected(TestDatabase::sqlite()).await;
    installation.clock.advance(TimeDelta::hours(2));
    installation
        .providers
        .refuse_client_secret(keys::AMAZON_CLIENT_SECRET, true);
    let error = amazon(&provider).await.unwrap_err();
    let CredentialError::Waiting { class, retry_after } = error else {
        panic!("{error:?}")
    };
    assert_eq!(class, OutcomeClass::AppConfig);
    installation
        .providers
        .refuse_client_secret(keys::AMAZON_CLIENT_SECRET, false);
    installation
        .clock
        .advance(TimeDelta::from_std(retry_after).unwrap());
    amazon(&provider).await.unwrap();
    provider.shutdown().await;
}
