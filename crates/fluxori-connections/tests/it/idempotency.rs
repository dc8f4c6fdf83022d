use chrono::TimeDelta;
use fluxori_connections::{ConnectionError, CreateRequest};
use fluxori_domain::{IdempotencyKey, Label};
use fluxori_test_support::providers::{Behaviour, Call, keys};
use rstest::rstest;

use crate::world::{Kind, World, ada, caller, takealot};

fn keyed() -> CreateRequest {
    CreateRequest {
        idempotency_key: Some(IdempotencyKey::new("attempt-1").unwrap()),
        ..takealot(keys::TAKEALOT_GOOD)
    }
}

#[rstest]
#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_makes_no_call(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let first = world.create(keyed()).await;
    let again = world.create(keyed()).await;
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.connection, again.connection);
    assert_eq!(world.providers.count(Call::TakealotSeller), 1);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let world = World::new(Kind::Sqlite).await;
    world.create(keyed()).await;
    let mut other = keyed();
    other.label = Some(Label::new("another").unwrap());
    let error = world.connections.create(&ada(), other).await.unwrap_err();
    assert!(
        matches!(error, ConnectionError::IdempotencyMismatch),
        "{error}"
    );
}

#[tokio::test]
async fn a_key_belongs_to_its_caller() {
    let world = World::new(Kind::Sqlite).await;
    world.create(keyed()).await;
    let created = world
        .connections
        .create(&caller("engines", "eve"), keyed())
        .await
        .unwrap();
    assert!(!created.replayed);
}

#[tokio::test]
async fn a_failed_attempt_may_be_repeated_under_its_key() {
    let world = World::new(Kind::Sqlite).await;
    world
        .providers
        .script(keys::TAKEALOT_GOOD, Behaviour::Error(500));
    world.connections.create(&ada(), keyed()).await.unwrap_err();
    world.providers.script(keys::TAKEALOT_GOOD, Behaviour::Good);
    assert!(!world.create(keyed()).await.replayed);
}

#[rstest]
#[tokio::test]
async fn of_many_racing_under_one_key_all_that_succeed_see_one_connection(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let attempts = (0..8).map(|_| {
        let connections = world.connections.clone();
        async move { connections.create(&ada(), keyed()).await }
    });
    let results = futures_util::future::join_all(attempts).await;
    let fresh = results
        .iter()
        .filter(|result| matches!(result, Ok(made) if !made.replayed));
    assert_eq!(fresh.count(), 1);
    for error in results.into_iter().filter_map(Result::err) {
        assert!(
            matches!(error, ConnectionError::IdempotencyInFlight),
            "{error}"
        );
    }
    assert_eq!(world.providers.count(Call::TakealotSeller), 1);
}

#[tokio::test]
async fn an_answer_is_forgotten_after_a_day() {
    let world = World::new(Kind::Sqlite).await;
    world.create(keyed()).await;
    world.clock.advance(TimeDelta::hours(23));
    assert!(world.create(keyed()).await.replayed);
    world.clock.advance(TimeDelta::hours(2));
    let error = world.connections.create(&ada(), keyed()).await.unwrap_err();
    assert!(
        matches!(error, ConnectionError::AlreadyConnected { .. }),
        "{error}"
    );
}
