//! What Shopify tells us, late, twice and out of order.

use chrono::TimeDelta;
use fluxori_connections::{ReadError, WebhookError};
use fluxori_domain::{
    Clock as _, ConnectionStatus, Marketplace, OutcomeClass,
    ports::{WebhookProblem, WebhookRequest},
};
use fluxori_test_support::providers::{Decision, ShopifyWebhook, keys};
use rstest::rstest;

use crate::world::{Kind, World, ada, caller, read};

async fn push(world: &World, message: &ShopifyWebhook) -> Result<(), WebhookError> {
    let headers = message.headers();
    let header = |wanted: &str| {
        let found = headers.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.clone())
    };
    let request = WebhookRequest {
        header: &header,
        body: message.body.as_bytes(),
    };
    let service = ada().service;
    world
        .connections
        .receive_webhook(&service, Marketplace::Shopify, request)
        .await
}

fn uninstalled(world: &World, after: TimeDelta) -> ShopifyWebhook {
    ShopifyWebhook::new(
        "app/uninstalled",
        keys::SHOPIFY_SHOP,
        world.clock.now() + after,
    )
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_uninstalled_shop_is_disconnected_for_everybody_and_its_tokens_are_gone(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let eve = caller("elsewhere", "eve");
    world
        .connected(Marketplace::Shopify, Decision::agree())
        .await;
    world
        .consented(&eve, Marketplace::Shopify, Decision::agree())
        .await;
    let message = uninstalled(&world, TimeDelta::seconds(1));
    push(&world, &message).await.unwrap();
    let gone = ConnectionStatus::Disconnected(OutcomeClass::TenantDisconnected);
    for who in [&ada(), &eve] {
        let connection = world.all(who).await.remove(0);
        assert_eq!(connection.status, gone);
        let error = world
            .connections
            .read_credential(who, read(Marketplace::Shopify))
            .await;
        assert!(matches!(error, Err(ReadError::NeedsSeller { .. })));
    }
    // The same delivery again changes nothing, even after the seller is back.
    world.clock.advance(TimeDelta::minutes(1));
    let back = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    assert_eq!(back.status, ConnectionStatus::Connected);
    push(&world, &message).await.unwrap();
    let mut late = message;
    late.id = "another-delivery".to_owned();
    push(&world, &late).await.unwrap();
    let connection = world.by_ids(&[back.id]).await.remove(0);
    assert_eq!(connection, back, "it happened before the latest consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_to_be_erased_is_deleted_unless_it_came_back() {
    let world = World::new(Kind::Sqlite).await;
    world
        .connected(Marketplace::Shopify, Decision::agree())
        .await;
    let shop = keys::SHOPIFY_SHOP;
    let early = world.clock.now() - TimeDelta::days(2);
    push(&world, &ShopifyWebhook::new("shop/redact", shop, early))
        .await
        .unwrap();
    assert_eq!(world.all(&ada()).await.len(), 1);
    let late = world.clock.now() + TimeDelta::days(2);
    push(&world, &ShopifyWebhook::new("shop/redact", shop, late))
        .await
        .unwrap();
    assert!(world.all(&ada()).await.is_empty());
    for topic in ["customers/redact", "customers/data_request"] {
        push(&world, &ShopifyWebhook::new(topic, shop, late))
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_shopify_signed_is_believed() {
    let world = World::new(Kind::Sqlite).await;
    let connection = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    let good = uninstalled(&world, TimeDelta::seconds(1));
    let mut tampered = good.clone();
    tampered.secret = "shpss_fa15ecafe00000000000000000009999".to_owned();
    let error = push(&world, &tampered).await.unwrap_err();
    assert!(
        matches!(error, WebhookError::Problem(WebhookProblem::Forged)),
        "{error}"
    );
    let unchanged = world.by_ids(&[connection.id]).await.remove(0);
    assert_eq!(unchanged.status, ConnectionStatus::Connected);
    let mut previous = good;
    previous.secret = keys::SHOPIFY_CLIENT_SECRET_PREVIOUS.to_owned();
    push(&world, &previous).await.unwrap();
    let cut = world.by_ids(&[connection.id]).await.remove(0);
    assert!(cut.status.needs_seller());
}
