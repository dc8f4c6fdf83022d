use fluxori_connections::{ConnectionError, ReadError};
use fluxori_domain::Marketplace;
use fluxori_test_support::providers::keys;
use rstest::rstest;

use crate::world::{Kind, World, ada, read, takealot};

#[rstest]
#[tokio::test]
async fn a_deleted_connection_is_gone_for_everybody_and_may_be_made_again(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let id = world
        .create(takealot(keys::TAKEALOT_GOOD))
        .await
        .connection
        .id;
    let deleted = world
        .connections
        .delete(&ada(), id, None, true)
        .await
        .unwrap();
    assert!(deleted.help.contains("Seller Portal"), "{}", deleted.help);

    assert!(world.all(&ada()).await.is_empty());
    let found = world.connections.find(&ada().scope, id).await;
    assert!(matches!(found, Err(ConnectionError::NotFound)));
    let error = world
        .connections
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await;
    assert!(matches!(error, Err(ReadError::NoSuchConnection)));
    let again = world.connections.delete(&ada(), id, None, true).await;
    assert!(matches!(again, Err(ConnectionError::NotFound)));

    let other = world
        .create(takealot(keys::TAKEALOT_GOOD))
        .await
        .connection
        .id;
    assert_ne!(other, id);
}

#[tokio::test]
async fn a_connection_that_changed_since_it_was_seen_is_not_deleted() {
    let world = World::new(Kind::Sqlite).await;
    let created = world.create(takealot(keys::TAKEALOT_GOOD)).await.connection;
    let stale = world
        .connections
        .delete(&ada(), created.id, Some(created.version - 1), true)
        .await;
    assert!(matches!(stale, Err(ConnectionError::Changed)));
    assert_eq!(world.all(&ada()).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn of_many_racing_deletions_exactly_one_succeeds(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let id = world
        .create(takealot(keys::TAKEALOT_GOOD))
        .await
        .connection
        .id;
    let attempts = (0..6).map(|_| {
        let connections = world.connections.clone();
        async move { connections.delete(&ada(), id, None, true).await }
    });
    let results = futures_util::future::join_all(attempts).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for error in results.into_iter().filter_map(Result::err) {
        assert!(matches!(error, ConnectionError::NotFound), "{error}");
    }
    assert_eq!(
        world
            .connections
            .finish_deletions(&ada().service)
            .await
            .unwrap(),
        0
    );
}
