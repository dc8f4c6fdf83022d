use chrono::TimeDelta;
use fluxori_connections::Verify;
use fluxori_domain::{ConnectionStatus, Generation, Marketplace, OutcomeClass};
use fluxori_test_support::providers::{Behaviour, keys};
use rstest::rstest;

use crate::world::{Kind, World, ada, amazon, read, shopify, takealot};

#[rstest]
#[tokio::test]
async fn a_pending_connection_learns_its_account_at_its_first_test(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let mut request = takealot(keys::TAKEALOT_GOOD);
    request.verify = Verify::Skip;
    let pending = world.create(request).await.connection;
    assert_eq!(pending.account_id, None);
    let tested = world
        .connections
        .test(&ada(), pending.id)
        .await
        .unwrap()
        .connection;
    assert_eq!(tested.status, ConnectionStatus::Connected);
    assert!(tested.account_id.is_some());
    assert_eq!(tested.version, pending.version + 1);
    assert_eq!(
        world
            .connections
            .find(&ada().scope, pending.id)
            .await
            .unwrap(),
        tested
    );
    assert_eq!(
        world.trail(pending.id).await,
        ["connection.created", "connection.tested"]
    );
}

#[rstest]
#[case::refused(
    Behaviour::Refused,
    ConnectionStatus::Expired(OutcomeClass::ReauthRequired)
)]
#[case::suspended(
    Behaviour::Suspended,
    ConnectionStatus::Error(OutcomeClass::AccountSuspended)
)]
#[case::scope(
    Behaviour::WrongScope,
    ConnectionStatus::Error(OutcomeClass::ScopeMissing)
)]
#[case::throttled(Behaviour::Throttled, ConnectionStatus::Connected)]
#[case::blip(Behaviour::Error(503), ConnectionStatus::Connected)]
#[case::page(Behaviour::Page(401), ConnectionStatus::Connected)]
#[tokio::test]
async fn a_verdict_changes_the_status_and_trouble_does_not(
    #[case] behaviour: Behaviour,
    #[case] status: ConnectionStatus,
) {
    let world = World::new(Kind::Sqlite).await;
    let id = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection
        .id;
    world.providers.script(keys::SHOPIFY_GOOD, behaviour);
    world.clock.advance(TimeDelta::minutes(1));
    let tested = world.connections.test(&ada(), id).await.unwrap();
    assert_eq!(tested.connection.status, status);
    let check = tested.connection.last_check.unwrap();
    assert_eq!(check.outcome, tested.test.outcome.class);

    world.providers.script(keys::SHOPIFY_GOOD, Behaviour::Good);
    world.clock.advance(TimeDelta::minutes(1));
    let tested = world.connections.test(&ada(), id).await.unwrap();
    assert_eq!(
        tested.connection.status,
        ConnectionStatus::Connected,
        "it recovers"
    );
}

#[rstest]
#[tokio::test]
async fn a_test_stores_the_access_token_that_it_bought(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let id = world.create(amazon(keys::AMAZON_GOOD)).await.connection.id;
    let first = world
        .connections
        .read_credential(&ada(), read(Marketplace::Amazon))
        .await
        .unwrap();
    assert_eq!(first.generation, Generation::FIRST);

    world.clock.advance(TimeDelta::minutes(90));
    world.connections.test(&ada(), id).await.unwrap();
    let second = world
        .connections
        .read_credential(&ada(), read(Marketplace::Amazon))
        .await
        .unwrap();
    assert_eq!(second.generation, Generation::FIRST.next());
    assert!(second.valid_until > first.valid_until);
}

#[tokio::test]
async fn racing_tests_and_renames_lose_nothing() {
    let world = World::new(Kind::Postgres).await;
    let id = world
        .create(takealot(keys::TAKEALOT_GOOD))
        .await
        .connection
        .id;
    let tests = (0..3).map(|_| {
        let connections = world.connections.clone();
        async move { connections.test(&ada(), id).await.map(|_| ()) }
    });
    let rename = async {
        let label = Some(fluxori_domain::Label::new("renamed").unwrap());
        let change = fluxori_connections::ChangeRequest {
            label,
            ..Default::default()
        };
        world
            .connections
            .change(&ada(), id, change)
            .await
            .map(|_| ())
    };
    let (tested, renamed) = tokio::join!(futures_util::future::join_all(tests), rename);
    assert!(tested.into_iter().all(|result| result.is_ok()));
    let connection = world.connections.find(&ada().scope, id).await.unwrap();
    assert_eq!(connection.label.as_str() == "renamed", renamed.is_ok());
    assert_eq!(connection.status, ConnectionStatus::Connected);
}
