//! The secret store over a repository of data keys.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use chrono::TimeDelta;
use fluxori_domain::{
    Backend, SecretContext, StoredSecret,
    ports::{SecretStore, SecretStoreError},
};

use crate::support::{
    MASTER_1, MASTER_2, TestClock, TestKeys, bytes, context, organization, plaintext, store, vault,
};

#[tokio::test]
async fn what_is_put_is_opened_again_and_reads_as_nothing() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let store = store(&vault(MASTER_1, &[]), &keys, &clock);
    let stored = store
        .put(&context(), &plaintext("canary-7f3a"), None)
        .await
        .unwrap();
    assert_eq!(stored.backend, Backend::Database);
    assert!(!stored.value.contains("canary"));
    let opened = store.open(&context(), &stored).await.unwrap();
    assert_eq!(bytes(&opened), b"canary-7f3a");
    assert!(
        store.open(&context(), &stored).await.is_ok(),
        "the row is the caller's to remove"
    );
}

#[tokio::test]
async fn an_organization_has_one_key_and_shares_it_with_nobody() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let store = store(&vault(MASTER_1, &[]), &keys, &clock);
    let other = SecretContext {
        organization: organization("org-2"),
        ..context()
    };
    let id = |stored: StoredSecret| stored.value.split('.').nth(1).unwrap().to_owned();
    let first = id(store.put(&context(), &plaintext("1"), None).await.unwrap());
    let second = id(store.put(&context(), &plaintext("2"), None).await.unwrap());
    let foreign = id(store.put(&other, &plaintext("3"), None).await.unwrap());
    assert_eq!(first, second);
    assert_ne!(first, foreign);
    assert_eq!(keys.rows.lock().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_first_writers_agree_on_one_key() {
    const CALLERS: usize = 16;
    let (keys, clock) = (TestKeys::with_race_of(CALLERS), TestClock::new());
    let vault = vault(MASTER_1, &[]);
    // A store each, as in several processes.
    let tasks: Vec<_> = (0..CALLERS)
        .map(|_| {
            let store = store(&vault, &keys, &clock);
            tokio::spawn(async move { store.put(&context(), &plaintext("secret"), None).await })
        })
        .collect();
    let mut used = HashSet::new();
    let reader = store(&vault, &keys, &clock);
    for task in tasks {
        let stored = task.await.unwrap().unwrap();
        let opened = reader.open(&context(), &stored).await.unwrap();
        assert_eq!(bytes(&opened), b"secret");
        used.insert(stored.value.split('.').nth(1).unwrap().to_owned());
    }
    let rows = keys.rows.lock().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(used, HashSet::from([rows[0].id.as_str().to_owned()]));
}

#[tokio::test]
async fn a_retired_master_key_still_opens_old_values() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let stored = store(&vault(MASTER_1, &[]), &keys, &clock)
        .put(&context(), &plaintext("old"), None)
        .await
        .unwrap();
    let rotated = store(&vault(MASTER_2, &[MASTER_1]), &keys, &clock);
    assert_eq!(
        bytes(&rotated.open(&context(), &stored).await.unwrap()),
        b"old"
    );
    assert!(
        rotated
            .put(&context(), &plaintext("new"), None)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_unknown_master_key_is_named_and_nothing_is_written() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let stored = store(&vault(MASTER_1, &[]), &keys, &clock)
        .put(&context(), &plaintext("old"), None)
        .await
        .unwrap();
    let before = keys.rows.lock().unwrap().clone();
    let wrong = store(&vault(MASTER_2, &[]), &keys, &clock);
    let opened = wrong.open(&context(), &stored).await.map(drop);
    let put = wrong
        .put(&context(), &plaintext("new"), None)
        .await
        .map(drop);
    for result in [opened, put] {
        let Err(SecretStoreError::UnknownKey { id }) = result else {
            panic!("another answer: {result:?}")
        };
        assert_eq!(id, before[0].master_key.as_str());
    }
    assert_eq!(*keys.rows.lock().unwrap(), before);
}

#[tokio::test]
async fn an_opened_key_is_remembered_for_five_minutes() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let store = store(&vault(MASTER_1, &[]), &keys, &clock);
    let context = context();
    let stored = store
        .put(&context, &plaintext("secret"), None)
        .await
        .unwrap();
    let open = || store.open(&context, &stored);

    open().await.unwrap();
    assert_eq!(keys.lookups(), 0, "the writer knows the key already");
    clock.advance(TimeDelta::seconds(299));
    open().await.unwrap();
    assert_eq!(keys.lookups(), 0);
    clock.advance(TimeDelta::seconds(1));
    open().await.unwrap();
    open().await.unwrap();
    assert_eq!(keys.lookups(), 1);
}

#[tokio::test]
async fn a_destroyed_key_stops_working_after_five_minutes() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let store = store(&vault(MASTER_1, &[]), &keys, &clock);
    let stored = store
        .put(&context(), &plaintext("secret"), None)
        .await
        .unwrap();
    keys.rows.lock().unwrap().clear();
    clock.advance(TimeDelta::minutes(5));
    for _ in 0..2 {
        assert!(matches!(
            store.open(&context(), &stored).await,
            Err(SecretStoreError::DoesNotOpen)
        ));
    }
}

#[tokio::test]
async fn a_remembered_key_does_not_open_for_another_organization() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let store = store(&vault(MASTER_1, &[]), &keys, &clock);
    let stored = store
        .put(&context(), &plaintext("secret"), None)
        .await
        .unwrap();
    let thief = SecretContext {
        organization: organization("org-2"),
        ..context()
    };
    assert!(matches!(
        store.open(&thief, &stored).await,
        Err(SecretStoreError::DoesNotOpen)
    ));
    assert!(store.open(&context(), &stored).await.is_ok());
}

#[tokio::test]
async fn a_database_that_is_down_is_transient_and_recovers() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let vault = vault(MASTER_1, &[]);
    let stored = store(&vault, &keys, &clock)
        .put(&context(), &plaintext("secret"), None)
        .await
        .unwrap();
    let cold = store(&vault, &keys, &clock);
    keys.down.store(true, Ordering::SeqCst);
    assert!(
        cold.open(&context(), &stored)
            .await
            .unwrap_err()
            .is_transient()
    );
    assert!(
        cold.put(&context(), &plaintext("x"), None)
            .await
            .unwrap_err()
            .is_transient()
    );
    keys.down.store(false, Ordering::SeqCst);
    assert!(cold.open(&context(), &stored).await.is_ok());
}

#[tokio::test]
async fn text_that_was_never_sealed_does_not_open_and_asks_nobody() {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let store = store(&vault(MASTER_1, &[]), &keys, &clock);
    for value in ["", "fx1", "fx2.a.b.c", "projects/1/secrets/x/versions/3"] {
        let stored = StoredSecret {
            backend: Backend::Database,
            value: value.to_owned(),
        };
        assert!(matches!(
            store.open(&context(), &stored).await,
            Err(SecretStoreError::DoesNotOpen)
        ));
    }
    assert_eq!(keys.lookups(), 0);
}

#[test]
fn debug_store_is_redacted() {
    let store = store(&vault(MASTER_2, &[]), &TestKeys::new(), &TestClock::new());
    let printed = format!("{store:?}");
    assert!(!printed.contains(MASTER_2), "{printed}");
    assert!(!printed.contains("wK7v"), "{printed}");
    assert!(printed.contains("REDACTED"), "{printed}");
    assert!(Arc::new(store).backend() == Backend::Database);
}
