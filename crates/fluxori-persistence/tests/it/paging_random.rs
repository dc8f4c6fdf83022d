//! Reading a list page by page while others connect and disconnect: nothing comes twice, and nothing is passed over that
//! was there all the time.

use std::{cell::Cell, collections::BTreeSet};

use chrono::TimeDelta;
use fluxori_domain::{
    AuditKind, Connection, ConnectionFilter, ConnectionId, Cursor, Marketplace, Page, PageRequest,
    TenantScope, ports::ConnectionRepository as _,
};
use proptest::{
    collection::vec,
    prelude::{Strategy as _, any},
    prop_oneof,
    strategy::Just,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tokio::runtime::Runtime;

use crate::support::{Store, event, later, new, scope};

/// What happens between two pages, or that the next one is read. Numbers choose among what is there.
#[derive(Debug, Clone, Copy)]
enum Step {
    Turn,
    /// A connection is made by a process whose clock is so many milliseconds behind.
    Connect {
        behind: u16,
        is_mine: bool,
    },
    Disconnect(u8),
}

fn step() -> impl proptest::strategy::Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Turn),
        3 => (any::<u16>(), proptest::bool::weighted(0.7))
            .prop_map(|(behind, is_mine)| Step::Connect { behind, is_mine }),
        2 => any::<u8>().prop_map(Step::Disconnect),
    ]
}

/// Which list is read.
#[derive(Debug, Clone, Copy)]
enum List {
    Mine,
    Everybodys,
}

/// A reader half through a list.
struct Reading<'a> {
    store: &'a Store,
    list: List,
    limit: u16,
    me: TenantScope,
    colleague: TenantScope,
    /// What is there now.
    present: Vec<Connection>,
    /// What was there when reading began, and still is.
    throughout: BTreeSet<ConnectionId>,
    /// What ever was there for this reader.
    ever: BTreeSet<ConnectionId>,
    seen: Vec<ConnectionId>,
    /// Where the next page begins; nothing behind the last.
    #[expect(clippy::option_option, reason = "not begun, on a page, at the end")]
    next: Option<Option<Cursor>>,
}

impl Reading<'_> {
    async fn take(&mut self, step: Step) {
        match step {
            Step::Turn => self.turn().await,
            Step::Connect { behind, is_mine } => self.connect(behind, is_mine).await,
            Step::Disconnect(which) => self.disconnect(which).await,
        }
    }

    async fn connect(&mut self, behind: u16, is_mine: bool) {
        let owner = if is_mine { &self.me } else { &self.colleague };
        let mut new = new(owner, Marketplace::Takealot, None);
        let at = later() - TimeDelta::milliseconds(i64::from(behind));
        new.connection.id = ConnectionId::make(at);
        new.event.connection = new.connection.id;
        let stored = self.store.database.insert(new).await.unwrap();
        if self.shows(&stored) {
            self.ever.insert(stored.id);
        }
        self.present.push(stored);
    }

    async fn disconnect(&mut self, which: u8) {
        if self.present.is_empty() {
            return;
        }
        let gone = self
            .present
            .swap_remove(usize::from(which) % self.present.len());
        let deleted = event(&gone, AuditKind::Deleted);
        let database = &self.store.database;
        let buried = database.bury(&gone.scope, gone.id, None, false, deleted);
        buried.await.unwrap();
        self.throughout.remove(&gone.id);
    }

    async fn turn(&mut self) {
        let Some(after) = self.next else { return };
        let request = PageRequest {
            after,
            limit: self.limit,
        };
        let page = self.page(request).await;
        assert!(page.items.len() <= usize::from(self.limit));
        let is_full = page.items.len() == usize::from(self.limit);
        assert!(
            is_full || page.next.is_none(),
            "a page has room, and another follows"
        );
        for connection in &page.items {
            assert!(self.shows(connection), "somebody else's");
            assert!(self.ever.contains(&connection.id), "made up");
            assert!(
                self.seen.last().is_none_or(|last| connection.id < *last),
                "it comes twice, or out of order"
            );
            self.seen.push(connection.id);
        }
        self.next = page.next.map(Some);
    }

    async fn page(&self, request: PageRequest) -> Page<Connection> {
        let filter = ConnectionFilter::default();
        let database = &self.store.database;
        match self.list {
            List::Mine => database.list(&self.me, filter, request).await.unwrap(),
            List::Everybodys => {
                let organization = &self.me.organization;
                let page = database.list_organization(organization, filter, request);
                page.await.unwrap()
            }
        }
    }

    fn shows(&self, connection: &Connection) -> bool {
        match self.list {
            List::Mine => connection.scope == self.me,
            List::Everybodys => connection.scope.organization == self.me.organization,
        }
    }

    /// Reads to the end.
    async fn end(mut self) {
        while self.next.is_some() {
            self.turn().await;
        }
        let seen: BTreeSet<_> = self.seen.iter().copied().collect();
        let missed: Vec<_> = self.throughout.difference(&seen).collect();
        assert!(missed.is_empty(), "passed over: {missed:?}");
    }
}

async fn read(store: &Store, organization: &str, (list, limit): (List, u16), steps: Vec<Step>) {
    let mut reading = Reading {
        store,
        list,
        limit,
        me: scope(organization, "alice"),
        colleague: scope(organization, "bob"),
        present: Vec::new(),
        throughout: BTreeSet::new(),
        ever: BTreeSet::new(),
        seen: Vec::new(),
        next: Some(None),
    };
    // What happens before the first page is what there is to begin with.
    let begins = steps.iter().position(|step| matches!(step, Step::Turn));
    let (before, meanwhile) = steps.split_at(begins.unwrap_or(steps.len()));
    for step in before {
        reading.take(*step).await;
    }
    reading.throughout = reading
        .present
        .iter()
        .filter(|connection| reading.shows(connection))
        .map(|connection| connection.id)
        .collect();
    for step in meanwhile {
        reading.take(*step).await;
    }
    reading.end().await;
}

fn every_list_is_read_whole(store: impl Future<Output = Store>) {
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(store);
    let config = Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, seed);
    let played = Cell::new(0);
    let lists = prop_oneof![Just(List::Mine), Just(List::Everybodys)];
    let begins_with = vec((any::<u16>(), any::<bool>()), 0..12).prop_map(|made| {
        let connect = |(behind, is_mine)| Step::Connect { behind, is_mine };
        made.into_iter().map(connect).collect::<Vec<_>>()
    });
    let everything = (lists, 1_u16..6, begins_with, vec(step(), 0..40));
    runner
        .run(&everything, |(list, limit, mut steps, more)| {
            steps.push(Step::Turn);
            steps.extend(more);
            // Each story has an organization of its own, so that all can share a database.
            played.set(played.get() + 1);
            let organization = format!("org-{}", played.get());
            runtime.block_on(read(&store, &organization, (list, limit), steps));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_list_on_postgresql_is_read_whole_while_it_changes() {
    every_list_is_read_whole(Store::postgres());
}

#[test]
fn a_list_on_sqlite_is_read_whole_while_it_changes() {
    every_list_is_read_whole(Store::sqlite());
}
