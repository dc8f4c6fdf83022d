//! Random interleavings of writers, sweeps and deletions, each stopped at any of its steps.

use std::collections::BTreeSet;

use fluxori_domain::{
    Connection, Credential, StoredSecret,
    ports::{LooseSecret, Sentence, StorageError},
};
use proptest::{
    bool::weighted,
    prelude::{Strategy as _, any},
    prop_oneof,
    strategy::Just,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tokio::runtime::Runtime;

use crate::{
    outside::{Keeper, delete, entries, entry, google, insert, ledger, moves, place, stored},
    support::{Store, alice, at, secret},
};

/// One step of somebody; numbers choose among those who can take it.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A writer begins, beside what the row holds or in a new place.
    Begin { beside: bool, due: u8 },
    /// The keeper gets the value.
    Put(u8),
    /// The writer notes it.
    Note(u8),
    /// The row takes it up.
    TakeUp(u8),
    /// The row takes up a sealed value.
    TakeHome,
    /// A writer dies.
    Die(u8),
    /// A sweep reads the ledger and lists the place.
    List(u8),
    /// It asks for the sentence.
    Condemn(u8),
    /// It executes that.
    Execute(u8),
    /// It forgets the entry.
    Forget(u8),
    /// A sweep dies.
    Crash(u8),
    /// The connection is deleted.
    Delete,
}

fn step() -> impl proptest::strategy::Strategy<Value = Step> {
    prop_oneof![
        3 => (weighted(0.8), any::<u8>()).prop_map(|(beside, due)| Step::Begin { beside, due }),
        5 => any::<u8>().prop_map(Step::Put),
        5 => any::<u8>().prop_map(Step::Note),
        4 => any::<u8>().prop_map(Step::TakeUp),
        1 => Just(Step::TakeHome),
        2 => any::<u8>().prop_map(Step::Die),
        4 => any::<u8>().prop_map(Step::List),
        6 => any::<u8>().prop_map(Step::Condemn),
        6 => any::<u8>().prop_map(Step::Execute),
        4 => any::<u8>().prop_map(Step::Forget),
        2 => any::<u8>().prop_map(Step::Crash),
        1 => Just(Step::Delete),
    ]
}

struct Writer {
    entry: LooseSecret,
    value: StoredSecret,
    is_put: bool,
    is_noted: bool,
}

struct Sweep {
    entry: LooseSecret,
    listed: Vec<String>,
    sentence: Option<Sentence>,
    is_executed: bool,
}

struct World<'a> {
    store: &'a Store,
    keeper: Keeper,
    connection: Connection,
    credential: Credential,
    writers: Vec<Writer>,
    sweeps: Vec<Sweep>,
    /// Entries that a sentence was passed on: who writes for one of these is too late and leaves what nobody knows of.
    condemned: BTreeSet<uuid::Uuid>,
    excused: BTreeSet<String>,
    destroyed: BTreeSet<String>,
    count: u32,
}

fn pick<T>(some: &mut [T], number: u8, able: impl Fn(&T) -> bool) -> Option<usize> {
    let able: Vec<_> = (0..some.len())
        .filter(|index| able(&some[*index]))
        .collect();
    let index = usize::from(number) % able.len().max(1);
    able.get(index).copied()
}

impl World<'_> {
    async fn take(&mut self, step: Step) {
        let ledger = ledger(&self.store.database);
        match step {
            Step::Begin { beside, due } => self.begin(beside, due).await,
            Step::Put(number) => {
                let Some(index) = pick(&mut self.writers, number, |writer| !writer.is_put) else {
                    return;
                };
                let writer = &mut self.writers[index];
                if self.destroyed.contains(&writer.entry.place) {
                    self.writers.remove(index);
                    return;
                }
                writer.is_put = true;
                self.keeper.put(&writer.value.value);
                if self.condemned.contains(&writer.entry.id) {
                    self.excused.insert(writer.value.value.clone());
                }
            }
            Step::Note(number) => {
                let able = |writer: &Writer| writer.is_put && !writer.is_noted;
                let Some(index) = pick(&mut self.writers, number, able) else {
                    return;
                };
                let writer = &mut self.writers[index];
                let noted = ledger.written(writer.entry.id, &writer.value.value);
                writer.is_noted = noted.await.unwrap();
                if !writer.is_noted {
                    self.writers.remove(index);
                }
            }
            Step::TakeUp(number) => {
                let Some(index) = pick(&mut self.writers, number, |writer| writer.is_noted) else {
                    return;
                };
                let writer = self.writers.remove(index);
                let Some(seen) = stored(&self.store.database, &self.credential).await else {
                    return;
                };
                let moves = moves(&self.store.database);
                match moves.relocate(&seen, &writer.value, at(0)).await {
                    Ok(true) | Err(StorageError::Conflict) => {}
                    other => panic!("{other:?}"),
                }
            }
            Step::TakeHome => {
                if let Some(seen) = stored(&self.store.database, &self.credential).await {
                    self.count += 1;
                    let home = secret(&format!("fx1.{}", self.count));
                    let moves = moves(&self.store.database);
                    assert!(moves.relocate(&seen, &home, at(0)).await.unwrap());
                }
            }
            Step::Die(number) => {
                if let Some(index) = pick(&mut self.writers, number, |_| true) {
                    self.writers.remove(index);
                }
            }
            Step::List(number) => {
                let mut entries = entries(&self.store.database, &alice(), self.credential.id).await;
                // Their ids are random, and a run is to be the same every time.
                entries
                    .sort_by_key(|entry| (entry.place.clone(), entry.value.clone(), entry.due_at));
                if let Some(index) = pick(&mut entries, number, |_| true) {
                    let entry = entries.remove(index);
                    self.sweeps.push(Sweep {
                        listed: self.keeper.list(&entry.place),
                        entry,
                        sentence: None,
                        is_executed: false,
                    });
                }
            }
            Step::Condemn(number) => self.condemn(number).await,
            Step::Execute(number) => {
                let able = |sweep: &Sweep| sweep.sentence.is_some() && !sweep.is_executed;
                let Some(index) = pick(&mut self.sweeps, number, able) else {
                    return;
                };
                let sweep = &mut self.sweeps[index];
                let sentence = sweep.sentence.as_ref().unwrap();
                self.keeper.execute(&sweep.entry, &sweep.listed, sentence);
                if *sentence == Sentence::Everything {
                    self.destroyed.insert(sweep.entry.place.clone());
                }
                sweep.is_executed = true;
            }
            Step::Forget(number) => {
                if let Some(index) = pick(&mut self.sweeps, number, |sweep| sweep.is_executed) {
                    let sweep = self.sweeps.remove(index);
                    ledger.forget(sweep.entry.id).await.unwrap();
                }
            }
            Step::Crash(number) => {
                if let Some(index) = pick(&mut self.sweeps, number, |_| true) {
                    self.sweeps.remove(index);
                }
            }
            Step::Delete => self.delete().await,
        }
    }

    async fn begin(&mut self, beside: bool, due: u8) {
        let Some(seen) = stored(&self.store.database, &self.credential).await else {
            return;
        };
        self.count += 1;
        let place = match seen.secret.place() {
            Some(place) if beside => place.to_owned(),
            _ => place(self.credential.id, self.count),
        };
        let entry = entry(&alice(), self.credential.id, &place, at(i64::from(due % 4)));
        match ledger(&self.store.database).begin(&entry).await {
            Err(StorageError::Conflict) => return,
            begun => begun.unwrap(),
        }
        self.writers.push(Writer {
            value: google(&place, self.count),
            entry,
            is_put: false,
            is_noted: false,
        });
    }

    async fn condemn(&mut self, number: u8) {
        let Some(index) = pick(&mut self.sweeps, number, |sweep| sweep.sentence.is_none()) else {
            return;
        };
        let sweep = &mut self.sweeps[index];
        let sentence = ledger(&self.store.database).condemn(&sweep.entry);
        match sentence.await.unwrap() {
            Sentence::Busy | Sentence::Gone => {
                self.sweeps.remove(index);
            }
            sentence => {
                // What was put after the list was made is found by nobody, whoever notes it comes too late.
                let id = sweep.entry.id;
                let late = self.writers.iter().filter(|writer| {
                    let value = &writer.value.value;
                    let is_open = writer.is_put && !writer.is_noted;
                    is_open && writer.entry.id == id && !sweep.listed.contains(value)
                });
                self.excused
                    .extend(late.map(|writer| writer.value.value.clone()));
                self.condemned.insert(id);
                sweep.sentence = Some(sentence);
            }
        }
    }

    async fn delete(&mut self) {
        if stored(&self.store.database, &self.credential)
            .await
            .is_some()
        {
            delete(self.store, &self.connection, at(0)).await;
        }
    }

    /// What the row holds outside the database.
    async fn held(&self) -> Option<String> {
        let stored = stored(&self.store.database, &self.credential).await?;
        stored.secret.place()?;
        Some(stored.secret.value)
    }

    async fn check(&self) {
        if let Some(held) = self.held().await {
            assert!(self.keeper.values().contains(&held), "{held} is lost");
        }
    }

    /// Everybody is dead, and a sweep does its work until nothing is left to do.
    async fn settle(&mut self) {
        let database = &self.store.database;
        for _ in 0..2 {
            for entry in entries(database, &alice(), self.credential.id).await {
                self.keeper.settle(database, &entry).await;
            }
        }
        let left = entries(database, &alice(), self.credential.id).await;
        assert!(left.is_empty(), "never settled: {left:?}");
        self.check().await;
        let held = self.held().await;
        let strays: Vec<_> = self
            .keeper
            .values()
            .into_iter()
            .filter(|value| Some(value) != held.as_ref() && !self.excused.contains(value))
            .collect();
        assert!(strays.is_empty(), "{strays:?}");
    }
}

async fn play(store: &Store, account: &str, steps: Vec<Step>) {
    let (connection, credential) = insert(store, account).await;
    let keeper = Keeper::default();
    keeper.put(&credential.secret.value);
    let mut world = World {
        store,
        keeper,
        connection,
        credential,
        writers: Vec::new(),
        sweeps: Vec::new(),
        condemned: BTreeSet::new(),
        excused: BTreeSet::new(),
        destroyed: BTreeSet::new(),
        count: 1,
    };
    for step in steps {
        world.take(step).await;
        world.check().await;
    }
    world.settle().await;
}

fn nothing_is_lost_and_nothing_is_left(store: impl Future<Output = Store>) {
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(store);
    let config = Config {
        cases: 100,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, seed);
    let mut played = 0;
    let played = std::cell::RefCell::new(&mut played);
    runner
        .run(&proptest::collection::vec(step(), 1..200), |steps| {
            let account = {
                let mut played = played.borrow_mut();
                **played += 1;
                played.to_string()
            };
            runtime.block_on(play(&store, &account, steps));
            Ok(())
        })
        .unwrap();
}

#[test]
fn no_interleaving_on_postgresql_loses_a_secret_or_leaves_one_behind() {
    nothing_is_lost_and_nothing_is_left(Store::postgres());
}

#[test]
fn no_interleaving_on_sqlite_loses_a_secret_or_leaves_one_behind() {
    nothing_is_lost_and_nothing_is_left(Store::sqlite());
}
