//! Connections that change hands, with their secrets wherever these are kept.

use fluxori_connections::{ReadError, ReplaceRequest, TransferRequest, TransferResult};
use fluxori_domain::{Generation, Marketplace};
use fluxori_test_support::providers::{Behaviour, keys};
use rstest::rstest;

use crate::world::{Kind, World, ada, caller, form, read, shopify};

const NEW: &str = "shpat_canary_second_0123456789abcdef";

#[rstest]
#[tokio::test]
async fn the_new_owner_reads_and_replaces_the_secret_and_the_old_one_finds_nothing(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let connection = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection;
    let (admin, grace) = (caller("engines", "admin"), caller("engines", "grace"));
    let request = TransferRequest {
        from: ada().scope.user,
        to: grace.scope.user.clone(),
        connections: None,
    };
    let uses = &world.connections;
    let elsewhere = uses
        .transfer(&caller("looms", "admin"), request.clone())
        .await;
    assert_eq!(elsewhere.unwrap(), [], "another organization");
    let transferred = uses.transfer(&admin, request).await.unwrap();
    assert_eq!(transferred.len(), 1);
    assert_eq!(transferred[0].connection, connection.id);
    assert_eq!(transferred[0].result, TransferResult::Done);

    let shop = || read(Marketplace::Shopify);
    let gone = uses.read_credential(&ada(), shop()).await;
    assert!(matches!(gone, Err(ReadError::NoSuchConnection)), "{gone:?}");
    let live = uses.read_credential(&grace, shop()).await.unwrap();
    assert_eq!(live.connection, connection.id);
    assert_eq!(live.generation, Generation::FIRST);

    world.providers.script(NEW, Behaviour::Good);
    let replacement = ReplaceRequest {
        form: form(&[("accessToken", NEW)]),
        expected_version: None,
    };
    uses.replace(&grace, connection.id, replacement)
        .await
        .unwrap();
    let live = uses.read_credential(&grace, shop()).await.unwrap();
    assert_eq!(live.generation, Generation::FIRST.next());
}
