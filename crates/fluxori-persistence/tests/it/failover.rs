//! A primary with a standby, and what becomes of connections when they change places.

use std::{net::TcpListener, time::Duration};

use fluxori_domain::{
    Marketplace, SecretText,
    ports::{ChangeFeed as _, ChangeMark, ConnectionRepository as _, StorageError},
};
use fluxori_persistence::{ChangeListener, Database, DatabaseError, DatabaseSettings};
use fluxori_test_support::database::{PostgresPair, PostgresServer};

use crate::support::{alice, new};

fn settings(url: &str) -> DatabaseSettings {
    DatabaseSettings::new(SecretText::copy_of(url))
}

async fn open(url: &str) -> Database {
    Database::migrate(&settings(url)).await.unwrap();
    Database::connect(&settings(url)).await.unwrap()
}

/// The present moment, as soon as there is one.
async fn mark(feed: &ChangeListener) -> ChangeMark {
    loop {
        match feed.mark(&alice()) {
            Some(mark) => return mark,
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

/// Stores a connection, as soon as somebody takes it. Whatever fails meanwhile may be tried again.
async fn insert(database: &Database, account: &str) {
    while let Err(error) = database
        .insert(new(&alice(), Marketplace::Takealot, Some(account)))
        .await
    {
        // The one before may have been stored with its answer lost.
        if let StorageError::Duplicate { .. } = error {
            return;
        }
        assert!(error.is_transient(), "{error:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_goes_on_with_the_server_that_was_the_standby() {
    let mut pair = PostgresPair::start().unwrap();
    let database = open(&pair.url("postgres")).await;
    let feed = database.listen().unwrap();
    let stored = database
        .insert(new(&alice(), Marketplace::Takealot, Some("1")))
        .await
        .unwrap();
    let before = mark(&feed).await;
    for _ in 0..4 {
        database.ping().await.unwrap();
    }

    pair.kill_primary().unwrap();
    let failed = database.find(&alice(), stored.id).await.unwrap_err();
    assert!(failed.is_transient(), "{failed:?}");
    let failed = database
        .insert(new(&alice(), Marketplace::Takealot, Some("2")))
        .await
        .unwrap_err();
    assert!(failed.is_transient(), "{failed:?}");

    pair.promote().unwrap();
    insert(&database, "3").await;
    let found = database.find(&alice(), stored.id).await.unwrap();
    assert_eq!(found, Some(stored));
    assert!(!feed.is_current(&before));

    let heard = mark(&feed).await;
    insert(&database, "4").await;
    while feed.is_current(&heard) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_read_from_a_standby() {
    let pair = PostgresPair::start().unwrap();
    open(&pair.url("postgres")).await;
    let standby = pair.standby().url("postgres");
    let refused = Database::connect(&settings(&standby)).await.unwrap_err();
    assert!(
        matches!(refused, DatabaseError::NoPrimary(_)),
        "{refused:?}"
    );
    let anything = format!("{standby}&target_session_attrs=any");
    let refused = Database::connect(&settings(&anything)).await.unwrap_err();
    assert!(
        matches!(refused, DatabaseError::NoPrimary(_)),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_says_nothing_does_not_keep_anybody_from_the_next() {
    // Its kernel takes connections, and nobody ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let server = PostgresServer::start_on(port, &["listen_addresses=127.0.0.1"]).unwrap();
    let url = format!(
        "postgres://postgres@{},127.0.0.1:{port}/postgres?sslmode=disable",
        silent.local_addr().unwrap()
    );
    let mut settings = settings(&url);
    settings.connect_timeout = Duration::from_secs(2);
    Database::migrate(&settings).await.unwrap();
    let database = Database::connect(&settings).await.unwrap();
    // The pool has found the way: its next connections do not ask the silent one first.
    let began = std::time::Instant::now();
    for account in ["1", "2", "3"] {
        insert(&database, account).await;
        database.ping().await.unwrap();
    }
    assert!(began.elapsed() < settings.connect_timeout, "{began:?}");
    assert!(database.description().contains(" or "));
    drop(server);
}
