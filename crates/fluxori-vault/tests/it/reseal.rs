//! Changing the data key that seals a value.

use fluxori_domain::{
    Backend, SecretContext, StoredSecret,
    ports::{KeyVault as _, SecretStoreError, WrappedDataKey},
};

use crate::support::{
    MASTER_1, MASTER_2, at_once, bytes, context, make_data_key, organization, plaintext, vault,
};

fn stored(value: String) -> StoredSecret {
    StoredSecret {
        backend: Backend::Database,
        value,
    }
}

#[test]
fn a_resealed_value_opens_under_the_new_key_in_the_same_place_only() {
    let vault = vault(MASTER_1, &[]);
    let owner = &context().organization;
    let (old, old_row) = make_data_key(&vault, owner);
    let new_row = at_once(vault.make(owner, old_row.created_at)).unwrap();
    let sealed = stored(vault.seal(&old, &context(), &plaintext("secret")).unwrap());
    let resealer = at_once(vault.resealer(&new_row, &[old_row])).unwrap();

    let again = resealer.reseal(&context(), &sealed).unwrap();
    assert_eq!(again.data_key(), Some(new_row.id.clone()));
    let new = at_once(vault.open_data_key(owner, &new_row)).unwrap();
    let opened = vault.open(&new, &context(), &again.value).unwrap();
    assert_eq!(bytes(&opened), b"secret");
    let twice = resealer.reseal(&context(), &again).unwrap();
    assert!(twice != again, "a fresh nonce each time");

    let moved = SecretContext {
        generation: context().generation.next(),
        ..context()
    };
    let foreign = SecretContext {
        organization: organization("org-2"),
        ..context()
    };
    for context in [moved, foreign] {
        let refused = resealer.reseal(&context, &sealed);
        assert!(
            matches!(refused, Err(SecretStoreError::DoesNotOpen)),
            "{refused:?}"
        );
    }
}

#[test]
fn a_value_under_a_key_that_is_damaged_or_not_there_does_not_open_and_the_others_do() {
    let vault = vault(MASTER_1, &[]);
    let owner = &context().organization;
    let keys: Vec<_> = (0..3).map(|_| make_data_key(&vault, owner)).collect();
    let sealed = keys
        .iter()
        .map(|(key, _)| stored(vault.seal(key, &context(), &plaintext("secret")).unwrap()));
    let new = at_once(vault.make(owner, keys[0].1.created_at)).unwrap();
    let damaged = WrappedDataKey {
        wrapped: keys[1].1.wrapped.clone(),
        ..keys[0].1.clone()
    };
    let resealer = at_once(vault.resealer(&new, &[damaged, keys[2].1.clone()])).unwrap();
    let opens: Vec<_> = sealed
        .map(|value| resealer.reseal(&context(), &value).is_ok())
        .collect();
    assert_eq!(opens, [false, false, true]);
    let outside = StoredSecret {
        backend: Backend::GoogleSecretManager,
        value: "projects/p/secrets/s/versions/1".to_owned(),
    };
    assert!(resealer.reseal(&context(), &outside).is_err());
}

#[test]
fn a_master_key_that_is_missing_is_named() {
    let owner = &context().organization;
    let (_, old) = make_data_key(&vault(MASTER_1, &[]), owner);
    let vault = vault(MASTER_2, &[]);
    let new = at_once(vault.make(owner, old.created_at)).unwrap();
    assert_eq!(new.master_key, *vault.active());
    let refused = at_once(vault.resealer(&new, std::slice::from_ref(&old))).map(drop);
    assert!(
        matches!(&refused, Err(SecretStoreError::UnknownKey { id }) if *id == old.master_key.as_str()),
        "{refused:?}"
    );
}
