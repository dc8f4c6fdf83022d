//! What adapters do all day.

use std::time::Duration;

use chrono::TimeDelta;
use fluxori_connections::Verify;
use fluxori_credentials::{CredentialError, Marketplace, Purpose, SyncOutcome};
use fluxori_domain::PageRequest;
use fluxori_test_support::{
    database::TestDatabase,
    providers::{Behaviour, Call, keys},
};
use reqwest::{Client, Method};
use rstest::rstest;

use crate::installation::{Installation, organization, seller, user};

#[expect(
    clippy::disallowed_methods,
    reason = "an adapter brings its own client"
)]
fn client() -> Client {
    // Another test of this process may have chosen it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .user_agent("test")
        .build()
        .unwrap()
}

#[rstest]
#[case::takealot(Marketplace::Takealot, Call::TakealotSeller)]
#[case::amazon(Marketplace::Amazon, Call::AmazonParticipations)]
#[case::shopify(Marketplace::Shopify, Call::ShopifyGraphql)]
#[case::xero(Marketplace::Xero, Call::XeroOrganisation)]
#[tokio::test]
async fn an_authorized_request_is_accepted(#[case] marketplace: Marketplace, #[case] call: Call) {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    installation.connect(marketplace, Verify::Require).await;
    let provider = installation.provider().await.unwrap();
    let credentials = provider
        .get_marketplace_credentials(&user(), &organization(), marketplace)
        .await
        .unwrap();

    let endpoints = installation.providers.endpoints();
    let (method, url) = match marketplace {
        Marketplace::Takealot => (
            Method::GET,
            format!("{}/v1/seller", endpoints.takealot_marketplace_url),
        ),
        Marketplace::Amazon => (
            Method::GET,
            format!(
                "{}/sellers/v1/marketplaceParticipations",
                endpoints.amazon_sp_api_eu_url
            ),
        ),
        Marketplace::Shopify => {
            let shop = credentials.shop_domain().unwrap().as_str();
            let base = endpoints.shopify_base_url.replace("{shop}", shop);
            (
                Method::POST,
                format!("{base}/admin/api/2026-10/graphql.json"),
            )
        }
        Marketplace::Xero => (
            Method::GET,
            format!("{}/api.xro/2.0/Organisation", endpoints.xero_api_url),
        ),
    };
    let mut request = client()
        .request(method, url)
        .header("accept", "application/json");
    if marketplace == Marketplace::Shopify {
        request =
            request.json(&serde_json::json!({ "query": "{ shop { id name myshopifyDomain } }" }));
    }
    let calls = installation.providers.count(call);
    let response = credentials.authorize(request).send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.status());
    assert_eq!(installation.providers.count(call), calls + 1);
    provider.shutdown().await;
}

#[tokio::test]
async fn nothing_secret_prints() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    installation
        .connect(Marketplace::Shopify, Verify::Require)
        .await;
    let provider = installation.provider().await.unwrap();
    let credentials = provider
        .get_marketplace_credentials(&user(), &organization(), Marketplace::Shopify)
        .await
        .unwrap();
    let printed = format!("{credentials:?} {:?}", credentials.headers());
    assert!(!printed.contains("canary"), "{printed}");
    provider.shutdown().await;
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn the_seller_sees_what_adapters_did(#[case] database: TestDatabase) {
    let installation = Installation::new(database).await;
    let id = installation
        .connect(Marketplace::Takealot, Verify::Require)
        .await;
    let provider = installation.provider().await.unwrap();
    installation.clock.advance(TimeDelta::seconds(1));
    let credentials = provider
        .request(&user(), &organization(), Marketplace::Takealot)
        .purpose(Purpose::new("stock count").unwrap())
        .minimum_validity(Duration::from_mins(10))
        .read()
        .await
        .unwrap();
    assert_eq!(credentials.valid_until(), None, "a key has no end");
    installation.clock.advance(TimeDelta::seconds(1));
    provider
        .record_sync(&credentials, SyncOutcome::Succeeded)
        .await
        .unwrap();
    provider.shutdown().await;

    let wiring = installation.wiring().await;
    let page = PageRequest::default();
    let events = wiring
        .connections()
        .events(&seller().scope, id, page)
        .await
        .unwrap()
        .items;
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.kind.as_str(), event.service.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("connection.synced", "stock-sync"),
            ("credential.read", "stock-sync"),
            ("connection.created", "web"),
        ]
    );
    assert_eq!(events[1].purpose.as_ref().unwrap().as_str(), "stock count");
    let connection = wiring
        .connections()
        .find(&seller().scope, id)
        .await
        .unwrap();
    assert_eq!(
        connection.last_sync.unwrap().outcome,
        SyncOutcome::Succeeded
    );
    wiring.shutdown().await;
}

#[tokio::test]
async fn a_refused_request_brings_the_truth_to_the_seller() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let id = installation
        .connect(Marketplace::Shopify, Verify::Require)
        .await;
    let provider = installation.provider().await.unwrap();
    installation.clock.advance(TimeDelta::minutes(1));
    let shopify = || async {
        provider
            .get_marketplace_credentials(&user(), &organization(), Marketplace::Shopify)
            .await
    };
    let credentials = shopify().await.unwrap();
    installation
        .providers
        .script(keys::SHOPIFY_GOOD, Behaviour::Refused);
    installation.clock.advance(TimeDelta::minutes(1));
    provider.report_rejected(&credentials).await.unwrap();
    let error = shopify().await.unwrap_err();
    assert!(matches!(error, CredentialError::NeedsSeller { connection, .. } if connection == id));

    let listed = provider
        .list(&user(), &organization(), Marketplace::Shopify)
        .await
        .unwrap();
    assert_eq!(listed[0].status.name(), "expired");
    provider.shutdown().await;
}
