//! Databases that are wrong, gone, locked or in a hurry.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
use fluxori_domain::{
    ConnectionFilter, Marketplace, PageRequest, SecretText,
    ports::{AuditReader as _, Candidates, ConnectionRepository as _, Selector, StorageError},
};
use fluxori_persistence::{Database, DatabaseError, DatabaseSettings};
use fluxori_test_support::database::{PostgresServer, TestDatabase};
use futures_util::FutureExt as _;

use crate::support::{OpenTransaction, Store, alice, keys, new, on_both, settings, sqlite_path};

const CANARY: &str = "canary-7f3a";

fn address(url: &str) -> DatabaseSettings {
    let mut settings = DatabaseSettings::new(SecretText::copy_of(url));
    settings.connect_timeout = Duration::from_secs(2);
    settings.acquire_timeout = Duration::from_secs(2);
    settings
}

/// The error and its causes, as a log would show them.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}\n{error} {error:?}");
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn an_address_of_no_known_kind_is_refused_without_quoting_it() {
    for url in [
        "",
        "mysql://u:canary-7f3a@h/d",
        "canary-7f3a",
        "postgres:canary-7f3a",
    ] {
        let refused = Database::connect(&address(url)).await.unwrap_err();
        assert!(
            matches!(refused, DatabaseError::UnknownScheme),
            "{refused:?}"
        );
        assert!(!whole(&refused).contains(CANARY));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_and_comes_back_needs_no_new_database() {
    let mut server = PostgresServer::start().unwrap();
    let settings = address(&server.url("postgres"));
    Database::migrate(&settings).await.unwrap();
    let database = Database::connect(&settings).await.unwrap();
    let alice = alice();
    let stored = database
        .insert(new(&alice, Marketplace::Takealot, Some("1")))
        .await
        .unwrap();
    // Every shared connection is open, and some of the pool.
    for _ in 0..4 {
        database.ping().await.unwrap();
    }

    server.suspend().unwrap();
    let page = PageRequest::default();
    for error in [
        database.ping().await.unwrap_err(),
        database.find(&alice, stored.id).await.unwrap_err(),
        database
            .read_credential(&alice, Marketplace::Takealot, &Selector::Default)
            .await
            .unwrap_err(),
        database
            .list(&alice, ConnectionFilter::default(), page)
            .await
            .unwrap_err(),
        database.events(&alice, stored.id, page).await.unwrap_err(),
        keys(&database)
            .active(&alice.organization)
            .await
            .unwrap_err(),
        database
            .insert(new(&alice, Marketplace::Takealot, Some("2")))
            .await
            .unwrap_err(),
    ] {
        assert!(error.is_transient(), "{error:?}");
    }
    let refused = Database::connect(&settings).await.unwrap_err();
    assert!(
        matches!(refused, DatabaseError::Unreachable(_)),
        "{refused:?}"
    );

    server.resume().unwrap();
    for _ in 0..4 {
        let found = database.find(&alice, stored.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&stored));
        let list = database
            .list(&alice, ConnectionFilter::default(), page)
            .await
            .unwrap();
        assert_eq!(list.items.len(), 1, "nothing was half-stored");
    }
    database
        .insert(new(&alice, Marketplace::Takealot, Some("2")))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_server_cut_are_replaced_without_an_error_to_readers() {
    let store = Store::postgres().await;
    let alice = alice();
    let stored = store.insert(&alice, "1").await;
    for _ in 0..3 {
        store.raw(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'fluxori'",
        );
        for _ in 0..4 {
            assert!(
                store
                    .database
                    .find(&alice, stored.id)
                    .await
                    .unwrap()
                    .is_some()
            );
        }
    }
}

#[tokio::test]
async fn what_a_server_refuses_is_said_in_words_and_without_the_password() {
    let place = TestDatabase::postgres();
    let (base, parameters) = place.url().split_once('?').unwrap();
    let url = format!(
        "{base}?{}",
        parameters.replace("user=postgres", "user=nobody-here")
    );
    let refused = Database::connect(&address(&format!("{url}&password={CANARY}"))).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, DatabaseError::LoginRefused(_)),
        "{refused:?}"
    );
    assert!(!whole(&refused).contains(CANARY));

    let url = format!("{base}-missing?{parameters}&password={CANARY}");
    let refused = Database::connect(&address(&url)).await.unwrap_err();
    assert!(
        matches!(refused, DatabaseError::NoSuchDatabase(_)),
        "{refused:?}"
    );

    let url = format!("postgres://me:{CANARY}@127.0.0.1:1/db");
    let refused = Database::connect(&address(&url)).await.unwrap_err();
    assert!(
        matches!(refused, DatabaseError::Unreachable(_)),
        "{refused:?}"
    );
    assert!(!whole(&refused).contains(CANARY));

    let settings = address(&format!("{}&password={CANARY}", place.url()));
    Database::migrate(&settings).await.unwrap();
    let database = Database::connect(&settings).await.unwrap();
    let shown = format!("{} {database:?} {settings:?}", database.description());
    assert!(shown.contains("PostgreSQL at /"), "{shown}");
    assert!(!shown.contains(CANARY), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_without_a_free_connection_is_unavailable_for_now() {
    let place = TestDatabase::postgres();
    let mut settings = settings(&place);
    settings.max_connections = 2; // one for transactions
    settings.acquire_timeout = Duration::from_millis(50);
    Database::migrate(&settings).await.unwrap();
    let database = Database::connect(&settings).await.unwrap();
    let alice = alice();
    let stored = database
        .insert(new(&alice, Marketplace::Takealot, Some("1")))
        .await
        .unwrap();

    let lock = OpenTransaction::after(place.url(), "LOCK TABLE audit_events");
    // One transaction waits inside the database for the table …
    let waiting = tokio::spawn({
        let database = database.clone();
        let alice = alice.clone();
        async move {
            loop {
                let new = new(&alice, Marketplace::Takealot, Some("2"));
                match database.insert(new).await {
                    // On a slow machine the other one has the only connection for longer than anybody waits.
                    Err(StorageError::Unavailable(_)) => tokio::task::yield_now().await,
                    result => break result,
                }
            }
        }
    });
    // … so that the next one gets no connection, while point reads go on.
    let error = loop {
        match database
            .insert(new(&alice, Marketplace::Takealot, Some("1")))
            .await
        {
            Err(error @ StorageError::Unavailable(_)) => break error,
            Err(StorageError::Duplicate { .. }) => tokio::task::yield_now().await,
            other => panic!("{other:?}"),
        }
    };
    assert!(error.is_transient());
    assert!(database.find(&alice, stored.id).await.unwrap().is_some());
    drop(lock);
    waiting.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_sqlite_file_is_unavailable_for_writers_only_and_for_now() {
    let place = TestDatabase::sqlite();
    let mut settings = settings(&place);
    settings.acquire_timeout = Duration::from_millis(50);
    Database::migrate(&settings).await.unwrap();
    let database = Database::connect(&settings).await.unwrap();
    let alice = alice();
    let stored = database
        .insert(new(&alice, Marketplace::Takealot, Some("1")))
        .await
        .unwrap();

    let mut other = SqliteConnection::establish(sqlite_path(&place).unwrap()).unwrap();
    other.batch_execute("BEGIN EXCLUSIVE").unwrap();
    let error = database
        .insert(new(&alice, Marketplace::Takealot, Some("2")))
        .await
        .unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(database.find(&alice, stored.id).await.unwrap().is_some());
    let refused = Database::migrate(&settings).await.unwrap_err();
    assert!(matches!(refused, DatabaseError::Locked(_)), "{refused:?}");

    other.batch_execute("ROLLBACK").unwrap();
    database
        .insert(new(&alice, Marketplace::Takealot, Some("2")))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_file_that_is_something_else_is_refused_and_not_touched() {
    let place = TestDatabase::sqlite();
    let path = sqlite_path(&place).unwrap();
    let text = "This is a letter, not a database. ".repeat(100);
    fs::write(path, &text).unwrap();
    for refused in [
        Database::connect(&settings(&place)).await.map(|_| ()),
        Database::migrate(&settings(&place)).await.map(|_| ()),
    ] {
        assert!(
            matches!(refused, Err(DatabaseError::UnusableFile(_))),
            "{refused:?}"
        );
    }
    assert_eq!(fs::read_to_string(path).unwrap(), text);
}

#[tokio::test]
async fn an_sqlite_database_may_be_read_by_its_owner_only() {
    let store = Store::sqlite().await;
    store.insert(&alice(), "1").await;
    let path = sqlite_path(&store.place).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let mode = fs::metadata(format!("{path}{suffix}"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
}

#[tokio::test]
async fn a_removed_secret_is_not_left_in_the_sqlite_file() {
    let store = Store::sqlite().await;
    let alice = alice();
    let mut new = new(&alice, Marketplace::Takealot, Some("1"));
    new.credential.secret.value = CANARY.repeat(20);
    let stored = store.database.insert(new).await.unwrap();
    let path = sqlite_path(&store.place).unwrap();
    let in_file = || {
        store.raw("PRAGMA wal_checkpoint(TRUNCATE)");
        String::from_utf8_lossy(&fs::read(path).unwrap()).contains(CANARY)
    };
    assert!(in_file());
    let event = |kind| crate::support::event(&stored, kind);
    let buried = event(fluxori_domain::AuditKind::Deleted);
    let tombstone = store
        .database
        .bury(&alice, stored.id, None, false, buried)
        .await
        .unwrap();
    let removed = event(fluxori_domain::AuditKind::SecretDestroyed);
    store.database.remove(&tombstone, removed).await.unwrap();
    assert!(!in_file());
}

/// A point read on SQLite never waits for anything.
#[tokio::test(flavor = "current_thread")]
async fn a_caller_who_reads_on_and_on_leaves_room_for_others() {
    let store = Store::sqlite().await;
    let (database, alice) = (store.database.clone(), alice());
    let enough = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&enough);
    let reading = tokio::spawn(async move {
        while !heard.load(Ordering::Relaxed) {
            let read = database.read_credential(&alice, Marketplace::Takealot, &Selector::Default);
            assert_eq!(read.await.unwrap(), Candidates::None);
        }
    });
    tokio::spawn(async move { enough.store(true, Ordering::Relaxed) });
    reading.await.unwrap();
}

on_both! {
    async fn a_caller_who_goes_away_leaves_nothing_half_done(store: Store) {
        let alice = alice();
        for polls in 0..30 {
            let new = new(&alice, Marketplace::Takealot, Some(&polls.to_string()));
            let mut insert = pin!(store.database.insert(new));
            for _ in 0..polls {
                if (&mut insert).now_or_never().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        // What is still under way ends before this one, or has its own connection.
        let last = store.insert(&alice, "last").await;
        while store.count("connections") != store.count("audit_events") {
            tokio::task::yield_now().await;
        }
        assert_eq!(store.count("connections"), store.count("credentials"));
        let selector = Selector::Connection(last.id);
        let read = store.database.read_credential(&alice, Marketplace::Takealot, &selector);
        assert!(matches!(read.await.unwrap(), Candidates::One(_)));
    }
}
