//! Runtimes of one thread that read over connections of their own, as the workers of a server do.

use std::thread;

use fluxori_domain::{
    ConnectionFilter, ConnectionId, Marketplace, PageRequest, TenantScope,
    ports::ConnectionRepository as _,
};
use fluxori_persistence::Database;
use fluxori_test_support::database::TestDatabase;
use tokio::runtime::Builder;

use crate::support::{alice, new, settings};

const OURS: &str =
    "from pg_stat_activity where datname = current_database() and application_name = 'fluxori'";

/// How many runtimes may have a connection of their own.
const OWN: u32 = 2;

/// A database in which all shared connections are open, and something of Alice's.
struct Subject {
    place: TestDatabase,
    database: Database,
    alice: TenantScope,
    stored: ConnectionId,
}

impl Subject {
    async fn start() -> Self {
        let place = TestDatabase::postgres();
        let mut settings = settings(&place);
        settings.own_readers = OWN;
        Database::migrate(&settings).await.unwrap();
        let database = Database::connect(&settings).await.unwrap();
        let alice = alice();
        let new = new(&alice, Marketplace::Takealot, Some("1"));
        let stored = database.insert(new).await.unwrap().id;
        for _ in 0..4 {
            database.ping().await.unwrap();
        }
        Self {
            place,
            database,
            alice,
            stored,
        }
    }

    /// How many connections of ours there are.
    fn count(&self) -> usize {
        let count = self.place.psql(&format!("select count(*) {OURS}"));
        count.unwrap().trim().parse().unwrap()
    }

    /// Work on a runtime that ends with it.
    fn worker<R: Send>(&self, work: impl AsyncFnOnce() -> R + Send) -> R {
        let worker = || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                self.database.read_here();
                work().await
            })
        };
        thread::scope(|scope| scope.spawn(worker).join().unwrap())
    }

    async fn read(&self) {
        let found = self.database.find(&self.alice, self.stored).await.unwrap();
        assert!(found.is_some());
        let (filter, page) = (ConnectionFilter::default(), PageRequest::default());
        let list = self.database.list(&self.alice, filter, page).await.unwrap();
        assert_eq!(list.items.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_has_one_connection_which_ends_with_it() {
    let subject = Subject::start().await;
    let before = subject.count();
    for _ in 0..OWN {
        subject.worker(async || {
            for _ in 0..3 {
                subject.database.read_here();
                subject.read().await;
                assert_eq!(subject.count(), before + 1);
            }
        });
        // The server notices in its own time.
        while subject.count() > before {
            tokio::task::yield_now().await;
        }
        // Whoever has none reads as before.
        subject.read().await;
        assert_eq!(subject.count(), before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_whose_connection_is_ended_reads_on_with_another() {
    let subject = Subject::start().await;
    subject.worker(async || {
        subject.read().await;
        let end = format!("select count(pg_terminate_backend(pid)) {OURS}");
        subject.place.psql(&end).unwrap();
        subject.read().await;
    });
}
