//! Data keys under a master key that a service keeps, and the ways between it and a local one.

use std::sync::Arc;

use fluxori_domain::{
    DataKeyId, SecretText,
    ports::{MasterKeyService, OutsideTrouble, SecretStore, SecretStoreError, WrappedDataKey},
};
use fluxori_vault::{
    Keyring, MasterKeyRole, MasterKeySources, Vault, VaultError, require_master_keys,
};
use rstest::rstest;

use crate::{
    support::{
        MASTER_1, TestClock, TestKeys, bytes, context, keyring, make_data_key, organization,
        plaintext, store, vault,
    },
    tampering::variants,
    test_service::{Mood, TestService, service_vault},
};

async fn make_row(vault: &Vault) -> WrappedDataKey {
    vault
        .make_data_key(&context().organization, chrono::DateTime::UNIX_EPOCH)
        .await
        .unwrap()
        .1
}

async fn does_not_open(vault: &Vault, row: &WrappedDataKey) -> bool {
    let opened = vault.open_data_key(&row.organization, row).await;
    matches!(opened, Err(SecretStoreError::DoesNotOpen))
}

#[tokio::test]
async fn a_key_is_wrapped_by_the_service_and_opens_again() {
    let service = TestService::numbered(1);
    let vault = service_vault(&[&service]);
    let organization = context().organization;
    let made = vault.make_data_key(&organization, chrono::DateTime::UNIX_EPOCH);
    let (key, row) = made.await.unwrap();
    assert!(row.wrapped.starts_with("fxk2.0000000000000001."));
    assert_eq!(row.master_key, *service.id());
    assert_eq!(service.calls(), (1, 1), "what was wrapped was proven");

    let sealed = vault.seal(&key, &context(), &plaintext("secret")).unwrap();
    let again = vault.open_data_key(&organization, &row).await.unwrap();
    let opened = vault.open(&again, &context(), &sealed).unwrap();
    assert_eq!(bytes(&opened), b"secret");
    assert_eq!(service.calls(), (1, 2), "sealing asks nobody");
}

#[tokio::test]
async fn a_wrapped_key_opens_nowhere_else() {
    let (service, other) = (TestService::numbered(1), TestService::numbered(2));
    let vault = service_vault(&[&service, &other]);
    let row = make_row(&vault).await;
    assert!(!does_not_open(&vault, &row).await);

    let organization = organization("org-2");
    let moved = WrappedDataKey {
        organization,
        ..row.clone()
    };
    assert!(does_not_open(&vault, &moved).await, "another organization");
    let renamed = WrappedDataKey {
        id: DataKeyId::new(&"0".repeat(32)).unwrap(),
        ..row.clone()
    };
    assert!(does_not_open(&vault, &renamed).await, "another name");
    let relabelled = WrappedDataKey {
        wrapped: row
            .wrapped
            .replace(service.id().as_str(), other.id().as_str()),
        master_key: other.id().clone(),
        ..row.clone()
    };
    assert!(does_not_open(&vault, &relabelled).await, "another key");
}

#[tokio::test]
async fn a_service_of_another_name_with_the_same_key_does_not_open_it() {
    let row = make_row(&service_vault(&[&TestService::new(
        "00000000000000aa",
        [1; 32],
    )]))
    .await;
    let same_key = TestService::new("00000000000000bb", [1; 32]);
    let relabelled = WrappedDataKey {
        wrapped: row.wrapped.replace("00aa.", "00bb."),
        master_key: same_key.id().clone(),
        ..row
    };
    assert!(does_not_open(&service_vault(&[&same_key]), &relabelled).await);
}

#[tokio::test]
async fn a_wrapped_key_changed_anywhere_does_not_open() {
    let vault = service_vault(&[&TestService::numbered(1)]);
    let row = make_row(&vault).await;
    let mut tried = 0;
    for wrapped in variants(&row.wrapped) {
        let changed = WrappedDataKey {
            wrapped: wrapped.clone(),
            ..row.clone()
        };
        assert!(does_not_open(&vault, &changed).await, "{wrapped}");
        tried += 1;
    }
    assert!(tried > 1_000);
}

#[rstest]
#[case::nothing("")]
#[case::one_character("A")]
#[case::another_part("AAAA.AAAA")]
#[case::beyond_the_limit(&"A".repeat(4_097))]
#[case::far_beyond_it(&"A".repeat(16 * 1024 * 1024))]
#[tokio::test]
async fn bytes_that_no_service_made_are_not_sent_to_it(#[case] body: &str) {
    let service = TestService::numbered(1);
    let vault = service_vault(&[&service]);
    let row = make_row(&vault).await;
    let before = service.calls();
    let wrapped = format!("fxk2.{}.{body}", service.id());
    let changed = WrappedDataKey { wrapped, ..row };
    assert!(does_not_open(&vault, &changed).await);
    assert_eq!(service.calls(), before);
}

#[tokio::test]
async fn neither_kind_of_key_opens_what_names_the_other_kind() {
    let local = keyring(MASTER_1, &[]).active_id().clone();
    let service = TestService::new(local.as_str(), [1; 32]);
    let by_service = make_row(&service_vault(&[&service])).await;
    let (_, by_key) = make_data_key(&vault(MASTER_1, &[]), &context().organization);
    assert!(does_not_open(&vault(MASTER_1, &[]), &by_service).await);
    assert!(does_not_open(&service_vault(&[&service]), &by_key).await);
}

#[rstest]
#[case::nothing(Mood::Garbage(0))]
#[case::too_short(Mood::Garbage(31))]
#[case::too_long(Mood::Garbage(3 * 1024 + 1))]
#[case::bytes_that_do_not_unwrap(Mood::Garbage(60))]
#[case::another_key(Mood::Lying(32))]
#[case::half_a_key(Mood::Lying(16))]
#[tokio::test]
async fn nothing_is_sealed_under_a_key_that_the_service_does_not_give_back(#[case] mood: Mood) {
    let (service, keys, clock) = (TestService::numbered(1), TestKeys::new(), TestClock::new());
    service.set(mood);
    let store = store(&service_vault(&[&service]), &keys, &clock);
    let put = store.put(&context(), &plaintext("secret"), None).await;
    assert!(matches!(
        put,
        Err(SecretStoreError::Outside {
            trouble: OutsideTrouble::Refused,
            ..
        })
    ));
    assert!(keys.rows.lock().unwrap().is_empty());
}

#[rstest]
#[case::another_key(32)]
#[case::no_key(0)]
#[case::a_longer_one(33)]
#[tokio::test]
async fn what_the_service_unwraps_must_be_the_key_of_that_name(#[case] length: usize) {
    let service = TestService::numbered(1);
    let vault = service_vault(&[&service]);
    let row = make_row(&vault).await;
    service.set(Mood::Lying(length));
    assert!(does_not_open(&vault, &row).await);
}

#[tokio::test]
async fn master_keys_change_to_a_service_and_back() {
    let service = TestService::numbered(1);
    let dynamic = || Arc::clone(&service) as Arc<dyn MasterKeyService>;
    let text = SecretText::copy_of(MASTER_1);
    let (key, row) = make_data_key(&vault(MASTER_1, &[]), &context().organization);

    let going = Keyring::from_sources(MasterKeySources {
        local_retired: Some(&text),
        service: Some(dynamic()),
        ..MasterKeySources::default()
    });
    let going = Vault::new(going.unwrap());
    let sealed = going.seal(&key, &context(), &plaintext("secret")).unwrap();
    let there = going.rewrap(&row).await.unwrap().unwrap();
    assert!(there.wrapped.starts_with("fxk2."));
    assert_eq!((&there.id, there.created_at), (&row.id, row.created_at));
    let before = service.calls();
    assert_eq!(going.rewrap(&there).await.unwrap(), None);
    assert_eq!(service.calls(), before, "nothing to do costs nothing");

    let coming = Keyring::from_sources(MasterKeySources {
        local: Some(&text),
        services_retired: vec![dynamic()],
        ..MasterKeySources::default()
    });
    let coming = Vault::new(coming.unwrap());
    let back = coming.rewrap(&there).await.unwrap().unwrap();
    assert!(back.wrapped.starts_with("fxk1."));

    for (vault, row) in [
        (&*service_vault(&[&service]), &there),
        (&*vault(MASTER_1, &[]), &back),
    ] {
        let key = vault.open_data_key(&row.organization, row).await.unwrap();
        assert!(vault.open(&key, &context(), &sealed).is_ok());
    }
}

#[test]
fn two_active_keys_are_refused_with_what_to_do() {
    let text = SecretText::copy_of(MASTER_1);
    let both = |local: &SecretText| {
        Keyring::from_sources(MasterKeySources {
            local: Some(local),
            service: Some(TestService::numbered(1)),
            ..MasterKeySources::default()
        })
    };
    let error = both(&text).unwrap_err();
    assert!(matches!(error, VaultError::TwoActiveKeys), "{error}");
    let said = error.to_string();
    for name in ["ENCRYPTION_KEYS_RETIRED", "ENCRYPTION_KMS_KEYS_RETIRED"] {
        assert!(said.contains(name), "{said}");
    }
    let unset = SecretText::copy_of(" \n");
    assert!(both(&unset).is_ok(), "an empty ENCRYPTION_KEY is none");
}

#[tokio::test]
async fn keys_of_services_are_surveyed_and_required_like_others() {
    let (first, second) = (TestService::numbered(1), TestService::numbered(2));
    let (keys, clock) = (TestKeys::new(), TestClock::new());
    let old = store(&service_vault(&[&first]), &keys, &clock);
    old.put(&context(), &plaintext("secret"), None)
        .await
        .unwrap();

    // Given twice, a key counts once.
    let rotated = service_vault(&[&second, &first, &second]);
    let before = (first.calls(), second.calls());
    let uses = require_master_keys(rotated.keyring(), &*keys)
        .await
        .unwrap();
    let seen: Vec<_> = uses
        .iter()
        .map(|key| (key.role, key.service.as_deref(), key.data_keys))
        .collect();
    assert_eq!(
        seen,
        [
            (MasterKeyRole::Active, Some("a key in memory"), 0),
            (MasterKeyRole::Retired, Some("a key in memory"), 1)
        ]
    );
    let wrong = require_master_keys(service_vault(&[&second]).keyring(), &*keys).await;
    let error = wrong.unwrap_err();
    assert!(
        error.to_string().contains(first.id().as_str())
            && error.to_string().contains("ENCRYPTION_KMS_KEYS_RETIRED"),
        "{error}"
    );
    assert_eq!((first.calls(), second.calls()), before, "names are enough");
}

#[test]
fn debug_keyring_names_the_key_of_a_service() {
    let printed = format!("{:?}", service_vault(&[&TestService::numbered(1)]));
    assert!(printed.contains("a key in memory"), "{printed}");
    assert!(printed.contains("0000000000000001"), "{printed}");
}
