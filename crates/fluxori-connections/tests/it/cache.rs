//! Credentials in memory: served while nothing changed, never afterwards, and never unseen.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use fluxori_connections::{Connections, LiveCredential, ReadError, ReplaceRequest};
use fluxori_domain::{
    AccountDetails, Caller, ConnectionId, Generation, Marketplace, PageRequest, SecretText,
    ports::ChangeFeed as _,
};
use fluxori_persistence::{ChangeListener, Database, DatabaseSettings};
use fluxori_test_support::{database::TestDatabase, providers::keys};

use crate::{
    dying::Death,
    world::{World, ada, caller, form, read, takealot},
};

/// A seller's server, and an adapter that keeps credentials in memory.
struct Installation {
    world: World,
    adapter: Connections,
    feed: Arc<ChangeListener>,
    id: ConnectionId,
    database: TestDatabase,
    reads: AtomicU32,
}

impl Installation {
    async fn new() -> Self {
        let database = TestDatabase::postgres();
        let world = World::at(database.url(), None, Death::at(None)).await;
        let settings = DatabaseSettings::new(SecretText::copy_of(database.url()));
        let opened = Database::connect(&settings).await.unwrap();
        let feed = Arc::new(opened.listen().unwrap());
        let id = world
            .create(takealot(keys::TAKEALOT_GOOD))
            .await
            .connection
            .id;
        let installation = Self {
            adapter: world.connections.clone().with_cache(feed.clone()),
            world,
            feed,
            id,
            database,
            reads: AtomicU32::new(0),
        };
        installation.until_heard().await;
        installation
    }

    /// Waits until changes are heard.
    async fn until_heard(&self) {
        while self.feed.mark(&ada().scope).is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn read(&self) -> Result<LiveCredential, ReadError> {
        self.read_as(&ada()).await
    }

    /// Waits until a read does not look at the row, and says what it gets instead: a machine that stands still for a second
    /// may need more than one attempt.
    async fn until_read_from_memory(&self) -> Vec<String> {
        for number in 0.. {
            let kept = countries(&self.read().await.unwrap());
            self.change_silently(&format!("C{number}"));
            self.until_heard().await;
            if countries(&self.read().await.unwrap()) == kept {
                return kept;
            }
        }
        unreachable!("it goes on until it returns")
    }

    async fn read_as(&self, caller: &Caller) -> Result<LiveCredential, ReadError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.adapter
            .read_credential(caller, read(Marketplace::Takealot))
            .await
    }

    /// Changes the seller's countries in the row, without anybody being told: only who reads the row sees it.
    fn change_silently(&self, country: &str) {
        let change = format!(
            "SET session_replication_role = replica; \
             UPDATE connections SET details = jsonb_set(details, '{{countries}}', '[\"{country}\"]')"
        );
        self.database.psql(&change).unwrap();
    }

    async fn replace(&self, by: &Connections) {
        let request = ReplaceRequest {
            form: form(&[("apiKey", keys::TAKEALOT_GOOD)]),
            expected_version: None,
        };
        by.replace(&ada(), self.id, request).await.unwrap();
    }
}

fn countries(live: &LiveCredential) -> Vec<String> {
    match &live.details {
        AccountDetails::Takealot(details) => details.countries.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_did_not_change_is_served_from_memory_and_every_read_is_counted() {
    let mut installation = Installation::new().await;
    installation.until_read_from_memory().await;
    for _ in 0..40 {
        installation.read().await.unwrap();
    }

    installation.world.flush().await;
    let ada = ada();
    let events =
        installation
            .world
            .connections
            .events(&ada.scope, installation.id, PageRequest::default());
    let reads: u32 = events
        .await
        .unwrap()
        .items
        .iter()
        .filter(|event| event.kind.as_str() == "credential.read")
        .map(|event| event.occurrences)
        .sum();
    assert_eq!(reads, installation.reads.into_inner());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_another_process_replaced_is_served_anew() {
    let installation = Installation::new().await;
    let before = installation.read().await.unwrap();
    assert_eq!(before.generation, Generation::FIRST);
    installation.replace(&installation.world.connections).await;
    while installation.read().await.unwrap().generation == before.generation {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_another_process_deleted_is_not_served() {
    let installation = Installation::new().await;
    installation.read().await.unwrap();
    let ada = ada();
    let deleted = installation
        .world
        .connections
        .delete(&ada, installation.id, None, false);
    deleted.await.unwrap();
    let refused = loop {
        match installation.read().await {
            Ok(_) => tokio::task::yield_now().await,
            Err(refused) => break refused,
        }
    };
    assert!(
        matches!(refused, ReadError::NoSuchConnection),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_this_process_changed_is_seen_at_once() {
    let installation = Installation::new().await;
    installation.read().await.unwrap();
    installation.replace(&installation.adapter).await;
    let after = installation.read().await.unwrap();
    assert_eq!(after.generation, Generation::FIRST.next());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_not_heard_because_the_channel_was_cut_is_seen() {
    let installation = Installation::new().await;
    installation.read().await.unwrap();
    let mark = installation.feed.mark(&ada().scope).unwrap();
    let cut = installation.database.psql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND query LIKE 'NOTIFY fluxori_heartbeat%'",
    );
    assert_eq!(cut.unwrap().trim(), "1");
    while installation.feed.is_current(&mark) {
        tokio::task::yield_now().await;
    }
    installation.change_silently("XX");
    assert_eq!(countries(&installation.read().await.unwrap()), ["XX"]);

    // The channel comes back by itself, and with it the memory.
    installation.until_read_from_memory().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_is_served_what_is_kept_for_one_tenant() {
    let installation = Installation::new().await;
    installation.read().await.unwrap();
    for other in [caller("engines", "eve"), caller("other", "ada")] {
        let refused = installation.read_as(&other).await.unwrap_err();
        assert!(
            matches!(refused, ReadError::NoSuchConnection),
            "{refused:?}"
        );
    }
}
