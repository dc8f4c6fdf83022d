use fluxori_connections::{ConnectionError, ReplaceRequest};
use fluxori_domain::{ConnectionStatus, Generation, Marketplace};
use fluxori_test_support::providers::{Behaviour, keys};
use rstest::rstest;

use crate::world::{Kind, World, ada, form, read, shopify};

const NEW: &str = "shpat_canary_second_0123456789abcdef";

fn replacement(token: &str) -> ReplaceRequest {
    ReplaceRequest {
        form: form(&[("accessToken", token)]),
        expected_version: None,
    }
}

async fn generation(world: &World) -> Generation {
    let read = world
        .connections
        .read_credential(&ada(), read(Marketplace::Shopify))
        .await;
    read.unwrap().generation
}

#[rstest]
#[tokio::test]
async fn a_new_token_of_the_same_shop_takes_over(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let id = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection
        .id;
    world.providers.script(NEW, Behaviour::Good);
    let (connection, ..) = world
        .connections
        .replace(&ada(), id, replacement(NEW))
        .await
        .unwrap();
    assert_eq!(connection.id, id);
    assert_eq!(connection.status, ConnectionStatus::Connected);
    assert_eq!(generation(&world).await, Generation::FIRST.next());
    assert_eq!(
        world.trail(id).await,
        ["connection.created", "credential.replaced"]
    );
}

#[rstest]
#[case::refused(Behaviour::Refused)]
#[case::throttled(Behaviour::Throttled)]
#[case::other_account(Behaviour::OtherAccount)]
#[tokio::test]
async fn the_old_token_stays_when_the_new_one_is_not_confirmed(#[case] behaviour: Behaviour) {
    let world = World::new(Kind::Sqlite).await;
    let before = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection;
    world.providers.script(NEW, behaviour);
    world
        .connections
        .replace(&ada(), before.id, replacement(NEW))
        .await
        .unwrap_err();
    assert_eq!(generation(&world).await, Generation::FIRST);
    assert_eq!(
        world
            .connections
            .find(&ada().scope, before.id)
            .await
            .unwrap(),
        before
    );
}

#[tokio::test]
async fn a_token_for_another_shop_is_refused_without_a_call() {
    let world = World::new(Kind::Sqlite).await;
    let id = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection
        .id;
    let calls = world.providers.requests().len();
    let other = ReplaceRequest {
        form: form(&[("shop", "other.myshopify.com"), ("accessToken", NEW)]),
        expected_version: None,
    };
    let error = world
        .connections
        .replace(&ada(), id, other)
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectionError::OtherAccount), "{error}");
    assert_eq!(world.providers.requests().len(), calls);
}

#[rstest]
#[tokio::test]
async fn of_many_racing_replacements_exactly_one_wins(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let created = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection;
    world.providers.script(NEW, Behaviour::Good);
    let attempts = (0..6).map(|_| {
        let connections = world.connections.clone();
        let request = ReplaceRequest {
            expected_version: Some(created.version),
            ..replacement(NEW)
        };
        async move { connections.replace(&ada(), created.id, request).await }
    });
    let results = futures_util::future::join_all(attempts).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for error in results.into_iter().filter_map(Result::err) {
        assert!(matches!(error, ConnectionError::Changed), "{error}");
    }
    assert_eq!(generation(&world).await, Generation::FIRST.next());
}

#[tokio::test]
async fn a_version_that_is_not_the_present_one_is_refused() {
    let world = World::new(Kind::Sqlite).await;
    let created = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection;
    let request = ReplaceRequest {
        expected_version: Some(created.version + 1),
        ..replacement(NEW)
    };
    let error = world
        .connections
        .replace(&ada(), created.id, request)
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectionError::Changed), "{error}");
}
