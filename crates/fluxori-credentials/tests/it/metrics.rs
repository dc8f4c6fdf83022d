//! A program that links the library and has a recorder sees what its adapters do.

use chrono::TimeDelta;
use fluxori_connections::Verify;
use fluxori_credentials::{CredentialError, CredentialProvider, Marketplace};
use fluxori_test_support::database::TestDatabase;
use metrics_exporter_prometheus::PrometheusBuilder;
use rstest::rstest;

use crate::installation::{Installation, organization, user};

async fn read(
    provider: &CredentialProvider,
    marketplace: Marketplace,
) -> Result<(), CredentialError> {
    provider
        .get_marketplace_credentials(&user(), &organization(), marketplace)
        .await
        .map(drop)
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite(), "off")]
#[case::postgresql(TestDatabase::postgres(), "off")]
#[case::in_memory(TestDatabase::postgres(), "coherent")]
#[tokio::test]
async fn reads_refreshes_and_leases_are_counted_by_outcome(
    #[case] database: TestDatabase,
    #[case] cache: &str,
) {
    let installation = Installation::new(database)
        .await
        .with("CREDENTIAL_CACHE", cache);
    installation
        .connect(Marketplace::Amazon, Verify::Require)
        .await;

    let recorder = PrometheusBuilder::new().build_recorder();
    let told = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let provider = installation.provider().await.unwrap();
    for _ in 0..3 {
        read(&provider, Marketplace::Amazon).await.unwrap();
    }
    read(&provider, Marketplace::Xero).await.unwrap_err();
    installation.clock.advance(TimeDelta::hours(2));
    read(&provider, Marketplace::Amazon).await.unwrap();

    let text = told.render();
    for line in [
        "fluxori_credential_reads_total{marketplace=\"amazon\",outcome=\"ok\"} 4",
        "fluxori_credential_reads_total{marketplace=\"xero\",outcome=\"no_such_connection\"} 1",
        "fluxori_credential_reads_total{marketplace=\"shopify\",outcome=\"ok\"} 0",
        "fluxori_refreshes_total{marketplace=\"amazon\",class=\"ok\"} 1",
        "fluxori_refresh_leases_total{marketplace=\"amazon\",event=\"taken\"} 1",
        "fluxori_refresh_leases_total{marketplace=\"amazon\",event=\"lost\"} 0",
        "fluxori_refresh_leases_held 0",
        "fluxori_provider_calls_total{marketplace=\"amazon\",operation=\"refresh\",class=\"ok\"} 1",
        "fluxori_application_incident{marketplace=\"amazon\"} 0",
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
    provider.shutdown().await;
}

#[tokio::test]
async fn a_refused_application_is_an_incident_until_it_is_accepted() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    installation
        .connect(Marketplace::Amazon, Verify::Require)
        .await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let told = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let provider = installation.provider().await.unwrap();
    let refuse = |is_refused| {
        for (name, secret) in installation.providers.endpoints().environment() {
            if name == "AMAZON_CLIENT_SECRET" {
                installation
                    .providers
                    .refuse_client_secret(&secret, is_refused);
            }
        }
    };
    let is = |line: &str| told.render().lines().any(|told| told == line);

    refuse(true);
    installation.clock.advance(TimeDelta::hours(2));
    read(&provider, Marketplace::Amazon).await.unwrap_err();
    assert!(is("fluxori_application_incident{marketplace=\"amazon\"} 1"));
    assert!(is(
        "fluxori_refreshes_total{marketplace=\"amazon\",class=\"app_config\"} 1"
    ));
    refuse(false);
    installation.clock.advance(TimeDelta::hours(2));
    read(&provider, Marketplace::Amazon).await.unwrap();
    assert!(is("fluxori_application_incident{marketplace=\"amazon\"} 0"));
    provider.shutdown().await;
}
