use chrono::TimeDelta;
use fluxori_connections::{ChangeRequest, ReadError, ReadRequest};
use fluxori_domain::{
    AccountId, CredentialDocument, Generation, Marketplace, PageRequest, Purpose, SyncOutcome,
    ports::Selector,
};
use fluxori_test_support::providers::{Behaviour, Call, keys};
use rstest::rstest;
use secrecy::ExposeSecret;

use crate::world::{Kind, World, ada, caller, read, shopify, takealot};

#[rstest]
#[tokio::test]
async fn an_adapter_gets_what_the_seller_pasted_and_leaves_a_trace(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let mut world = World::new(kind).await;
    let id = world
        .create(takealot(keys::TAKEALOT_GOOD))
        .await
        .connection
        .id;
    let request = ReadRequest {
        purpose: Some(Purpose::new("stock count").unwrap()),
        ..read(Marketplace::Takealot)
    };
    let live = world
        .connections
        .read_credential(&ada(), request)
        .await
        .unwrap();
    let CredentialDocument::ApiKey { api_key, .. } = &live.document else {
        panic!("no key")
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: compares a simulated key"
    )]
    let key = api_key.expose_secret();
    assert_eq!(key, keys::TAKEALOT_GOOD);
    assert_eq!(live.valid_until, None);

    world.flush().await;
    let events = world
        .connections
        .events(&ada().scope, id, PageRequest::default())
        .await
        .unwrap();
    let event = &events.items[0];
    assert_eq!(event.kind.as_str(), "credential.read");
    assert_eq!(event.purpose.as_ref().unwrap().as_str(), "stock count");
    assert_eq!(event.generation, Some(Generation::FIRST));
}

#[rstest]
#[tokio::test]
async fn the_default_is_read_unless_another_account_is_named(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let other = "other-shop.myshopify.com";
    let first = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection;
    let second = world
        .create(shopify(other, keys::SHOPIFY_GOOD))
        .await
        .connection;
    let asked = |selector| {
        let request = ReadRequest {
            selector,
            ..read(Marketplace::Shopify)
        };
        let connections = world.connections.clone();
        async move {
            connections
                .read_credential(&ada(), request)
                .await
                .map(|live| live.connection)
        }
    };
    assert_eq!(asked(Selector::Default).await.unwrap(), first.id);
    let named = Selector::Account(AccountId::new(other).unwrap());
    assert_eq!(asked(named).await.unwrap(), second.id);
    assert_eq!(
        asked(Selector::Connection(second.id)).await.unwrap(),
        second.id
    );

    let moved = ChangeRequest {
        is_default: Some(true),
        ..Default::default()
    };
    world
        .connections
        .change(&ada(), second.id, moved)
        .await
        .unwrap();
    assert_eq!(asked(Selector::Default).await.unwrap(), second.id);

    let taken = ChangeRequest {
        is_default: Some(false),
        ..Default::default()
    };
    world
        .connections
        .change(&ada(), second.id, taken)
        .await
        .unwrap();
    assert!(matches!(
        asked(Selector::Default).await,
        Err(ReadError::Ambiguous)
    ));
}

#[tokio::test]
async fn nothing_connected_is_said_as_such() {
    let world = World::new(Kind::Sqlite).await;
    let error = world
        .connections
        .read_credential(&ada(), read(Marketplace::Xero))
        .await;
    assert!(matches!(error, Err(ReadError::NoSuchConnection)));
}

#[tokio::test]
async fn a_dead_credential_is_not_handed_out() {
    let world = World::new(Kind::Sqlite).await;
    let id = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection
        .id;
    world
        .providers
        .script(keys::SHOPIFY_GOOD, Behaviour::Refused);
    world.connections.test(&ada(), id).await.unwrap();
    let error = world
        .connections
        .read_credential(&ada(), read(Marketplace::Shopify))
        .await;
    assert!(matches!(error, Err(ReadError::NeedsSeller { connection, .. }) if connection == id));
}

#[tokio::test]
async fn a_rejection_is_looked_into_once_and_a_stale_one_never() {
    let world = World::new(Kind::Sqlite).await;
    let created = world.create(takealot(keys::TAKEALOT_GOOD)).await.connection;
    let tests = || world.providers.count(Call::TakealotSeller);
    world.clock.advance(TimeDelta::minutes(1));
    let live = world
        .connections
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await
        .unwrap();
    world.clock.advance(TimeDelta::minutes(1));
    let before = tests();
    let ada = ada();
    let report = |generation| {
        let rejected = (live.credential, generation);
        world
            .connections
            .report_rejected(&ada, created.id, rejected, live.read_at)
    };
    report(live.generation.next()).await.unwrap();
    assert_eq!(tests(), before, "of another generation");
    world
        .providers
        .script(keys::TAKEALOT_GOOD, Behaviour::Refused);
    report(live.generation).await.unwrap();
    report(live.generation).await.unwrap();
    assert_eq!(tests(), before + 1, "tested since");
    let connection = world
        .connections
        .find(&ada.scope, created.id)
        .await
        .unwrap();
    assert!(connection.status.needs_seller());
}

#[rstest]
#[tokio::test]
async fn a_synchronisation_shows_without_making_an_edit_fail(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let created = world.create(takealot(keys::TAKEALOT_GOOD)).await.connection;
    let synced = |by| {
        let connections = world.connections.clone();
        async move {
            let outcome = SyncOutcome::Succeeded;
            connections
                .record_sync(&by, created.id, Marketplace::Takealot, outcome)
                .await
        }
    };
    synced(ada()).await.unwrap();
    let connection = world
        .connections
        .find(&ada().scope, created.id)
        .await
        .unwrap();
    assert_eq!(
        connection.last_sync.unwrap().outcome,
        SyncOutcome::Succeeded
    );
    assert_eq!(connection.version, created.version);
    synced(caller("engines", "eve")).await.unwrap_err();
}
