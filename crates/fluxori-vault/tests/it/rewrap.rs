//! Changing the master key changes the wrapping of data keys and nothing else.

use fluxori_domain::ports::SecretStoreError;

use crate::support::{
    MASTER_1, MASTER_2, MASTER_3, at_once, bytes, context, make_data_key, plaintext, vault,
};

#[test]
fn a_rewrapped_key_opens_what_it_sealed_before() {
    let old = vault(MASTER_1, &[]);
    let (key, row) = make_data_key(&old, &context().organization);
    let sealed = old.seal(&key, &context(), &plaintext("secret")).unwrap();

    let both = vault(MASTER_2, &[MASTER_1]);
    let rewrapped = at_once(both.rewrap(&row)).unwrap().unwrap();
    assert_eq!(rewrapped.master_key, *both.keyring().active_id());
    assert_eq!(
        (&rewrapped.id, rewrapped.created_at),
        (&row.id, row.created_at)
    );

    let new = vault(MASTER_2, &[]);
    let key = at_once(new.open_data_key(&context().organization, &rewrapped)).unwrap();
    let opened = new.open(&key, &context(), &sealed).unwrap();
    assert_eq!(bytes(&opened), b"secret");
}

#[test]
fn a_key_under_the_active_master_key_is_left_alone() {
    let vault = vault(MASTER_1, &[MASTER_2]);
    let (_, row) = make_data_key(&vault, &context().organization);
    assert_eq!(at_once(vault.rewrap(&row)).unwrap(), None);
}

#[test]
fn a_key_is_wrapped_anew_under_the_same_master_key_when_that_is_asked_for() {
    let vault = vault(MASTER_1, &[]);
    let (key, row) = make_data_key(&vault, &context().organization);
    let again = at_once(vault.wrap_anew(&row)).unwrap();
    assert_eq!((&again.id, &again.master_key), (&row.id, &row.master_key));
    assert_ne!(again.wrapped, row.wrapped);
    let opened = at_once(vault.open_data_key(&context().organization, &again)).unwrap();
    assert_eq!(opened.id(), key.id());
}

#[test]
fn a_key_under_an_unknown_master_key_is_named_by_it() {
    let (_, row) = make_data_key(&vault(MASTER_1, &[]), &context().organization);
    let stranger = vault(MASTER_2, &[MASTER_3]);
    for result in [
        at_once(stranger.rewrap(&row)).map(drop),
        at_once(stranger.open_data_key(&row.organization, &row)).map(drop),
    ] {
        let Err(SecretStoreError::UnknownKey { id }) = result else {
            panic!("another answer: {result:?}")
        };
        assert_eq!(id, row.master_key.as_str());
    }
}
