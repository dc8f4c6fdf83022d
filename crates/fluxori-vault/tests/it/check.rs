//! A wrong master key is recognised before anything is written under it.

use std::sync::atomic::Ordering;

use chrono::DateTime;
use fluxori_domain::ports::{DataKeyRepository, KnownMasterKey, SecretStore};
use fluxori_vault::{MasterKeyRole, VaultError, require_master_keys, survey_master_keys};

use crate::support::{
    MASTER_1, MASTER_2, MASTER_3, TestClock, TestKeys, context, keyring, organization, plaintext,
    store, vault,
};

/// Data keys of `count` organizations, wrapped by the first master key.
async fn keys_of(count: usize) -> std::sync::Arc<TestKeys> {
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let store = store(&vault(MASTER_1, &[]), &keys, &clock);
    for number in 0..count {
        let mut context = context();
        context.organization = organization(&format!("org-{number}"));
        store
            .put(&context, &plaintext("secret"), None)
            .await
            .unwrap();
    }
    keys
}

#[tokio::test]
async fn an_empty_database_fits_every_keyring() {
    let uses = require_master_keys(&keyring(MASTER_1, &[MASTER_2]), &*TestKeys::new())
        .await
        .unwrap();
    let seen: Vec<_> = uses.iter().map(|key| (key.role, key.data_keys)).collect();
    assert_eq!(
        seen,
        [(MasterKeyRole::Active, 0), (MasterKeyRole::Retired, 0)]
    );
}

#[tokio::test]
async fn a_retired_key_that_is_still_needed_is_counted() {
    let uses = require_master_keys(&keyring(MASTER_2, &[MASTER_1]), &*keys_of(3).await)
        .await
        .unwrap();
    let seen: Vec<_> = uses.iter().map(|key| (key.role, key.data_keys)).collect();
    assert_eq!(
        seen,
        [(MasterKeyRole::Active, 0), (MasterKeyRole::Retired, 3)]
    );
}

#[tokio::test]
async fn a_keyring_that_lacks_a_needed_key_is_refused_by_name() {
    let keys = keys_of(2).await;
    let wrong = keyring(MASTER_2, &[MASTER_3]);
    let lost = keyring(MASTER_1, &[]).active_id().clone();
    let error = require_master_keys(&wrong, &*keys).await.unwrap_err();
    assert!(
        matches!(&error, VaultError::MasterKeysMissing { ids, data_keys: 2 } if *ids == [lost.clone()])
    );
    assert!(error.to_string().contains(lost.as_str()), "{error}");
    let uses = survey_master_keys(&wrong, &*keys).await.unwrap();
    assert_eq!(uses[2].role, MasterKeyRole::Missing);
    let known = keys.master_keys().await.unwrap();
    assert_eq!((&known[0].id, known[0].data_keys), (&lost, 2));
    assert_eq!(uses[2].oldest, known[0].oldest);
}

#[tokio::test]
async fn a_process_whose_active_key_was_withdrawn_is_refused() {
    let keys = keys_of(1).await;
    let old = keyring(MASTER_2, &[]).active_id().clone();
    keys.withdrawn.lock().unwrap().push(KnownMasterKey {
        id: old.clone(),
        data_keys: 0,
        oldest: None,
        withdrawn_at: Some(DateTime::UNIX_EPOCH),
    });
    let forgotten = require_master_keys(&keyring(MASTER_2, &[MASTER_1]), &*keys).await;
    let error = forgotten.unwrap_err();
    assert!(
        matches!(&error, VaultError::MasterKeyWithdrawn { id } if *id == old),
        "{error}"
    );
    assert!(
        error.to_string().contains("that the other processes have"),
        "{error}"
    );

    for (good, role) in [
        (keyring(MASTER_1, &[MASTER_2]), MasterKeyRole::Retired),
        (keyring(MASTER_1, &[]), MasterKeyRole::Withdrawn),
    ] {
        let uses = require_master_keys(&good, &*keys).await.unwrap();
        assert_eq!((uses[1].role, &uses[1].id), (role, &old));
        assert!(uses[1].withdrawn_at.is_some());
    }
}

#[tokio::test]
async fn a_database_that_is_down_is_not_a_wrong_key() {
    let keys = keys_of(1).await;
    keys.down.store(true, Ordering::SeqCst);
    let error = require_master_keys(&keyring(MASTER_2, &[]), &*keys)
        .await
        .unwrap_err();
    assert!(matches!(error, VaultError::Storage(_)), "{error}");
}
