//! A value opens where it was sealed and nowhere else.

use fluxori_domain::{Marketplace, SecretContext, ports::SecretStoreError};
use fluxori_vault::MAX_PLAINTEXT_BYTES;
use proptest::prelude::*;
use rstest::rstest;

use crate::support::{MASTER_1, bytes, context, make_data_key, organization, plaintext, vault};

#[rstest]
#[case::of_another_organization(SecretContext { organization: organization("org-2"), ..context() })]
#[case::of_another_row(SecretContext {
    credential: "018bcfe5-6800-7000-8000-000000000002".parse().unwrap(),
    ..context()
})]
#[case::of_another_marketplace(SecretContext { marketplace: Marketplace::Xero, ..context() })]
#[case::of_the_next_generation(SecretContext { generation: context().generation.next(), ..context() })]
fn a_value_moved_to_a_context_does_not_open(#[case] moved: SecretContext) {
    let vault = vault(MASTER_1, &[]);
    let (key, _) = make_data_key(&vault, &context().organization);
    let sealed = vault.seal(&key, &context(), &plaintext("secret")).unwrap();
    assert!(vault.open(&key, &context(), &sealed).is_ok());
    assert!(matches!(
        vault.open(&key, &moved, &sealed),
        Err(SecretStoreError::DoesNotOpen)
    ));
}

#[test]
fn a_value_renamed_to_another_key_does_not_open() {
    let vault = vault(MASTER_1, &[]);
    let organization = context().organization;
    let (key, _) = make_data_key(&vault, &organization);
    let (other, _) = make_data_key(&vault, &organization);
    let sealed = vault.seal(&key, &context(), &plaintext("secret")).unwrap();
    assert!(vault.open(&other, &context(), &sealed).is_err());
    let renamed = sealed.replace(key.id().as_str(), other.id().as_str());
    assert!(vault.open(&other, &context(), &renamed).is_err());
    assert!(vault.open(&key, &context(), &renamed).is_err());
}

#[test]
fn nothing_is_sealed_under_another_organizations_key() {
    let vault = vault(MASTER_1, &[]);
    let (key, _) = make_data_key(&vault, &organization("org-2"));
    assert!(vault.seal(&key, &context(), &plaintext("secret")).is_err());
}

#[test]
fn the_same_document_is_never_sealed_to_the_same_string() {
    let vault = vault(MASTER_1, &[]);
    let (key, _) = make_data_key(&vault, &context().organization);
    let seal = || vault.seal(&key, &context(), &plaintext("secret")).unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn a_document_has_an_upper_size() {
    let vault = vault(MASTER_1, &[]);
    let (key, _) = make_data_key(&vault, &context().organization);
    let largest = plaintext(&"x".repeat(MAX_PLAINTEXT_BYTES));
    let sealed = vault.seal(&key, &context(), &largest).unwrap();
    let opened = vault.open(&key, &context(), &sealed).unwrap();
    assert_eq!(bytes(&opened).len(), MAX_PLAINTEXT_BYTES);
    let larger = plaintext(&"x".repeat(MAX_PLAINTEXT_BYTES + 1));
    assert!(matches!(
        vault.seal(&key, &context(), &larger),
        Err(SecretStoreError::TooLarge {
            limit: MAX_PLAINTEXT_BYTES
        })
    ));
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_to_the_same_bytes(
        document in proptest::collection::vec(any::<u8>(), 0..2_000),
        organization in "\\PC{1,128}",
    ) {
        let vault = vault(MASTER_1, &[]);
        let context = SecretContext {
            organization: crate::support::organization(&organization),
            ..context()
        };
        let (key, _) = make_data_key(&vault, &context.organization);
        let sealed = vault
            .seal(&key, &context, &fluxori_domain::Plaintext::new(document.clone().into()))
            .unwrap();
        let opened = vault.open(&key, &context, &sealed).unwrap();
        prop_assert_eq!(bytes(&opened), &document[..]);
        prop_assert_eq!(sealed.len(), 54 + ((document.len() + 16) * 4).div_ceil(3));
    }
}
