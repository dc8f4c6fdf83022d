//! What is particular to PostgreSQL behind a pooler in transaction mode. That everything works there is shown by the other
//! tests, which run once more behind one.

use std::{process::Command, time::Duration};

use fluxori_domain::{
    Marketplace, SecretText,
    ports::{ChangeFeed as _, ConnectionRepository as _, Selector},
};
use fluxori_persistence::{Database, DatabaseError};
use fluxori_test_support::database::{PgBouncer, PostgresServer, TestDatabase};
use futures_util::future::join_all;

use crate::support::{Store, alice, behind, new, scope};

/// A pooler with fewer sessions than we have connections.
async fn open() -> (PgBouncer, TestDatabase, Database) {
    let place = TestDatabase::postgres();
    let pooler =
        PgBouncer::start(place.url(), &["default_pool_size=2", "min_pool_size=2"]).unwrap();
    let settings = behind(&pooler, &place);
    Database::migrate(&settings).await.unwrap();
    let database = Database::connect(&settings).await.unwrap();
    (pooler, place, database)
}

async fn work(database: &Database, user: &str) {
    let scope = scope("org-1", user);
    for account in ["1", "2", "3"] {
        let new = new(&scope, Marketplace::Takealot, Some(account));
        let stored = database.insert(new).await.unwrap();
        let (found, read) = tokio::join!(
            database.find(&scope, stored.id),
            database.read_credential(&scope, Marketplace::Takealot, &Selector::Default)
        );
        assert_eq!(found.unwrap(), Some(stored));
        read.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_share_few_sessions_and_leave_nothing_behind_in_them() {
    let (pooler, place, database) = open().await;
    // As a process beside this one would.
    let other = Database::connect(&behind(&pooler, &place)).await.unwrap();
    let users: Vec<String> = (0..8).map(|number| format!("user-{number}")).collect();
    join_all(users.iter().map(|user| work(&database, user)))
        .await
        .len();
    let users: Vec<String> = (8..16).map(|number| format!("user-{number}")).collect();
    let both = users.chunks(4).zip([&database, &other]);
    join_all(both.flat_map(|(users, database)| users.iter().map(move |user| work(database, user))))
        .await
        .len();

    let sessions = "SELECT count(*) FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'fluxori'";
    assert_eq!(place.psql(sessions).unwrap().trim(), "2");
    for _ in 0..4 {
        let left = psql(
            &pooler.url(place.name()),
            "SELECT count(*), current_setting('statement_timeout'), current_setting('plan_cache_mode') \
             FROM pg_prepared_statements",
        );
        assert_eq!(left, "0|0|auto\n");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_are_heard_past_the_pooler() {
    let (_pooler, place, database) = open().await;
    let feed = database.listen().unwrap();
    let before = loop {
        match feed.mark(&alice()) {
            Some(mark) => break mark,
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    };
    work(&database, "alice").await;
    while feed.is_current(&before) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let listening = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(place.psql(listening).unwrap().trim(), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_vouched_for_past_a_pooler_that_leads_elsewhere() {
    let (pooler, place, database) = open().await;
    database.try_direct().await.unwrap().unwrap();

    let elsewhere = Store::postgres().await;
    let mut settings = behind(&pooler, &place);
    settings.direct_url = Some(SecretText::copy_of(elsewhere.place.url()));
    let astray = Database::connect(&settings).await.unwrap();
    let refused = astray.try_direct().await.unwrap().unwrap_err();
    assert!(
        matches!(refused, DatabaseError::OtherDatabase),
        "{refused:?}"
    );
    let feed = astray.listen().unwrap();
    let right = database.listen().unwrap();
    while right.mark(&alice()).is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(feed.mark(&alice()), None);
    assert!(elsewhere.database.try_direct().await.is_none());
}

/// Statements end on the server, too, when nobody waits for them any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_goes_away_leaves_no_transaction_open() {
    let store = Store::pooled().await;
    store.insert(&alice(), "1").await;
    for _ in 0..20 {
        let alice = alice();
        let reading =
            store
                .database
                .read_credential(&alice, Marketplace::Takealot, &Selector::Default);
        // Polled once, and dropped wherever it is then.
        tokio::select! {
            biased;
            _ = reading => {}
            () = std::future::ready(()) => {}
        }
    }
    store.insert(&alice(), "2").await;
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND state LIKE 'idle in transaction%'";
    while store.place.psql(open).unwrap().trim() != "0" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_it_is_called_names_both_and_no_password() {
    let (_pooler, _place, database) = open().await;
    let shown = format!("{database:?}");
    assert!(shown.contains("behind a pooler"), "{shown}");
    assert!(!shown.contains("user="), "{shown}");
}

fn psql(url: &str, statement: &str) -> String {
    let program = PostgresServer::find_bin_dir().unwrap();
    let output = Command::new(program.join("psql"))
        .args(["-X", "-q", "-A", "-t", "-c", statement, url])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
