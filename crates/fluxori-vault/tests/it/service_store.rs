//! The store over a service: how often it is asked, and what happens while it does not answer.

use std::sync::Arc;

use chrono::TimeDelta;
use fluxori_domain::{
    SecretContext, StoredSecret,
    ports::{OutsideTrouble, SecretStore, SecretStoreError},
};
use fluxori_vault::VaultStore;
use futures_util::future::join_all;

use crate::{
    support::{TestClock, TestKeys, bytes, context, organization, plaintext, store},
    test_service::{Mood, TestService, service_vault},
};

struct World {
    service: Arc<TestService>,
    keys: Arc<TestKeys>,
    clock: Arc<TestClock>,
    stored: StoredSecret,
}

impl World {
    /// One secret, put by another process.
    async fn new() -> Self {
        let (service, keys, clock) = (TestService::numbered(1), TestKeys::new(), TestClock::new());
        let writer = store(&service_vault(&[&service]), &keys, &clock);
        let stored = writer
            .put(&context(), &plaintext("secret"), None)
            .await
            .unwrap();
        Self {
            service,
            keys,
            clock,
            stored,
        }
    }

    /// A process that remembers nothing.
    fn store(&self) -> VaultStore {
        store(&service_vault(&[&self.service]), &self.keys, &self.clock)
    }

    fn unwraps(&self) -> usize {
        self.service.calls().1
    }

    fn fail(&self, trouble: OutsideTrouble) {
        self.service.set(Mood::Failing(trouble));
    }
}

fn trouble_of<T: std::fmt::Debug>(result: Result<T, SecretStoreError>) -> OutsideTrouble {
    match result {
        Err(SecretStoreError::Outside { trouble, .. }) => trouble,
        other => panic!("another answer: {other:?}"),
    }
}

#[tokio::test]
async fn an_organization_costs_one_call_in_five_minutes() {
    let world = World::new().await;
    let (store, before) = (world.store(), world.unwraps());
    for _ in 0..3 {
        let opened = store.open(&context(), &world.stored).await.unwrap();
        assert_eq!(bytes(&opened), b"secret");
        let put = store.put(&context(), &plaintext("new"), None).await;
        assert!(put.is_ok());
    }
    assert_eq!(world.unwraps(), before + 1);
    world.clock.advance(TimeDelta::minutes(5));
    store.open(&context(), &world.stored).await.unwrap();
    assert_eq!(world.unwraps(), before + 2);
}

#[tokio::test]
async fn all_who_miss_a_key_at_once_share_one_call() {
    let world = World::new().await;
    let (store, before) = (world.store(), world.unwraps());
    world.service.hold_back();
    let context = context();
    let opens = join_all((0..20).map(|_| store.open(&context, &world.stored)));
    let release = async {
        tokio::task::yield_now().await;
        world.service.answer(20);
    };
    let (opened, ()) = tokio::join!(opens, release);
    for opened in opened {
        assert_eq!(bytes(&opened.unwrap()), b"secret");
    }
    assert_eq!(world.unwraps(), before + 1);
}

#[tokio::test]
async fn all_who_miss_a_key_at_once_share_one_failure_and_the_next_one_tries_again() {
    let world = World::new().await;
    let (store, before) = (world.store(), world.unwraps());
    world.service.hold_back();
    world.fail(OutsideTrouble::Unavailable);
    let context = context();
    let opens = join_all((0..20).map(|_| store.open(&context, &world.stored)));
    let release = async {
        tokio::task::yield_now().await;
        world.service.answer(20);
    };
    let (opened, ()) = tokio::join!(opens, release);
    for opened in opened {
        let error = opened.unwrap_err();
        assert!(error.is_transient(), "{error}");
        let cause = std::error::Error::source(&error).unwrap();
        assert_eq!(cause.to_string(), "the service is down");
        assert!(matches!(
            error,
            SecretStoreError::Outside {
                retry_after: Some(_),
                ..
            }
        ));
    }
    assert_eq!(world.unwraps(), before + 1);
    world.service.set(Mood::Good);
    assert!(store.open(&context, &world.stored).await.is_ok());
    assert_eq!(world.unwraps(), before + 2);
}

#[tokio::test]
async fn a_caller_who_goes_away_takes_nobody_with_them() {
    let world = World::new().await;
    let (store, before) = (Arc::new(world.store()), world.unwraps());
    world.service.hold_back();
    let open = || {
        let (store, stored) = (Arc::clone(&store), world.stored.clone());
        tokio::spawn(async move { store.open(&context(), &stored).await })
    };
    let (first, second) = (open(), open());
    while world.unwraps() == before {
        tokio::task::yield_now().await;
    }
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    world.service.answer(1);
    assert!(second.await.unwrap().is_ok());
    assert_eq!(world.unwraps(), before + 1);

    // When all are gone, so is the opening: the next caller starts a new one.
    world.clock.advance(TimeDelta::minutes(5));
    let last = open();
    while world.unwraps() == before + 1 {
        tokio::task::yield_now().await;
    }
    last.abort();
    assert!(last.await.unwrap_err().is_cancelled());
    world.service.answer(1);
    assert!(open().await.unwrap().is_ok());
    assert_eq!(world.unwraps(), before + 3);
}

#[tokio::test]
async fn a_row_that_changed_meanwhile_is_a_question_of_its_own() {
    let world = World::new().await;
    let (store, before) = (Arc::new(world.store()), world.unwraps());
    world.service.hold_back();
    let open = || {
        let (store, stored) = (Arc::clone(&store), world.stored.clone());
        tokio::spawn(async move { store.open(&context(), &stored).await })
    };
    let first = open();
    while world.unwraps() == before {
        tokio::task::yield_now().await;
    }
    world.keys.rows.lock().unwrap()[0].wrapped.push_str("AAAA");
    let second = open();
    while world.unwraps() == before + 1 {
        tokio::task::yield_now().await;
    }
    world.service.answer(2);
    assert!(first.await.unwrap().is_ok());
    assert!(matches!(
        second.await.unwrap(),
        Err(SecretStoreError::DoesNotOpen)
    ));
}

#[tokio::test]
async fn organizations_do_not_wait_for_each_other() {
    let world = World::new().await;
    let other = SecretContext {
        organization: organization("org-2"),
        ..context()
    };
    let writer = world.store();
    let stored = writer.put(&other, &plaintext("other"), None).await.unwrap();
    let (store, before) = (world.store(), world.unwraps());
    let context = context();
    let (one, two) = tokio::join!(
        store.open(&context, &world.stored),
        store.open(&other, &stored)
    );
    assert_eq!(bytes(&one.unwrap()), b"secret");
    assert_eq!(bytes(&two.unwrap()), b"other");
    assert_eq!(world.unwraps(), before + 2);
}

#[tokio::test]
async fn a_remembered_key_bridges_five_minutes_without_the_service() {
    let world = World::new().await;
    let store = world.store();
    store.open(&context(), &world.stored).await.unwrap();
    world.fail(OutsideTrouble::Unavailable);
    world.clock.advance(TimeDelta::seconds(299));
    assert!(store.open(&context(), &world.stored).await.is_ok());
    world.clock.advance(TimeDelta::seconds(1));
    let opened = store.open(&context(), &world.stored).await;
    assert_eq!(trouble_of(opened), OutsideTrouble::Unavailable);
    world.service.set(Mood::Good);
    assert!(store.open(&context(), &world.stored).await.is_ok());
}

#[tokio::test]
async fn what_was_opened_in_time_can_still_be_replaced_and_not_for_ever() {
    let world = World::new().await;
    let store = world.store();
    store.open(&context(), &world.stored).await.unwrap();
    world.fail(OutsideTrouble::Key);
    world.clock.advance(TimeDelta::seconds(599));
    let put = store.put(&context(), &plaintext("bought"), None).await;
    assert!(put.is_ok());
    world.clock.advance(TimeDelta::seconds(1));
    let put = store.put(&context(), &plaintext("more"), None).await;
    assert_eq!(trouble_of(put), OutsideTrouble::Key);
}

#[tokio::test]
async fn a_store_that_was_made_ready_seals_for_five_minutes_whatever_happens() {
    let world = World::new().await;
    let (store, organization) = (world.store(), context().organization);
    store.open(&context(), &world.stored).await.unwrap();
    world.clock.advance(TimeDelta::seconds(301));
    let before = world.unwraps();
    store.make_ready(&organization, None).await.unwrap();
    store.make_ready(&organization, None).await.unwrap();
    assert_eq!(world.unwraps(), before + 1);
    world.fail(OutsideTrouble::Unavailable);
    world.clock.advance(TimeDelta::seconds(300));
    let put = store.put(&context(), &plaintext("bought"), None).await;
    assert!(put.is_ok());
    let ready = store.make_ready(&organization, None).await;
    assert_eq!(trouble_of(ready), OutsideTrouble::Unavailable);
}

#[tokio::test]
async fn a_new_organization_that_was_made_ready_has_its_key() {
    let world = World::new().await;
    let (store, new) = (world.store(), organization("org-new"));
    world.fail(OutsideTrouble::Denied);
    let refused = store.make_ready(&new, None).await;
    assert_eq!(trouble_of(refused), OutsideTrouble::Denied);
    world.service.set(Mood::Good);
    store.make_ready(&new, None).await.unwrap();
    world.fail(OutsideTrouble::Denied);
    let context = SecretContext {
        organization: new,
        ..context()
    };
    let put = store.put(&context, &plaintext("first"), None).await;
    assert!(put.is_ok());
}
