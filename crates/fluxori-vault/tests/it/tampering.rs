//! Strings that are not exactly what was written: every one is refused alike, and none is a panic.

use fluxori_domain::{
    DataKeyId,
    ports::{SecretStoreError, WrappedDataKey},
};
use fluxori_vault::{DataKey, Vault};
use proptest::prelude::*;

use crate::support::{
    MASTER_1, MASTER_2, at_once, context, make_data_key, organization, plaintext, vault,
};

/// Each string that differs from `text` in one character, or is cut, or has something added.
pub(crate) fn variants(text: &str) -> impl Iterator<Item = String> + '_ {
    let swapped = (0..text.len()).flat_map(move |at| {
        ["A", "b", "0", "f", ".", "=", " ", "\0", "é"]
            .into_iter()
            .filter(move |by| text[at..=at] != **by)
            .map(move |by| format!("{}{by}{}", &text[..at], &text[at + 1..]))
    });
    let cut = (0..text.len()).flat_map(move |at| [text[..at].to_owned(), text[at..].to_owned()]);
    let removed = (0..text.len()).map(move |at| format!("{}{}", &text[..at], &text[at + 1..]));
    let added = ["A", "=", "==", ".", "\n", " "]
        .into_iter()
        .flat_map(move |more| [format!("{text}{more}"), format!("{more}{text}")]);
    let whole = [text.to_uppercase(), text.repeat(2)];
    swapped
        .chain(cut)
        .chain(removed)
        .chain(added)
        .chain(whole)
        .filter(move |variant| variant != text)
}

fn sealed() -> (std::sync::Arc<Vault>, DataKey, WrappedDataKey, String) {
    let vault = vault(MASTER_1, &[]);
    let (key, row) = make_data_key(&vault, &context().organization);
    // 18 bytes with the tag make 50: the last character carries bits that must be zero.
    let text = vault
        .seal(
            &key,
            &context(),
            &plaintext("a test document, 34 bytes long ..."),
        )
        .unwrap();
    (vault, key, row, text)
}

fn is_refused<T>(result: &Result<T, SecretStoreError>) -> bool {
    matches!(result, Err(SecretStoreError::DoesNotOpen))
}

#[test]
fn a_sealed_value_changed_anywhere_does_not_open() {
    let (vault, key, _, text) = sealed();
    let mut tried = 0;
    for variant in variants(&text) {
        assert!(
            is_refused(&vault.open(&key, &context(), &variant)),
            "{variant}"
        );
        tried += 1;
    }
    assert!(tried > 1_000);
}

#[test]
fn every_bit_of_the_last_character_counts() {
    let (vault, key, _, text) = sealed();
    assert_eq!(
        (text.len() - 54) % 4,
        3,
        "the document has the wrong length"
    );
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let opened: Vec<_> = alphabet
        .chars()
        .filter(|last| {
            let variant = format!("{}{last}", &text[..text.len() - 1]);
            vault.open(&key, &context(), &variant).is_ok()
        })
        .collect();
    assert_eq!(opened, text.chars().last().into_iter().collect::<Vec<_>>());
}

#[test]
fn a_wrapped_key_changed_anywhere_does_not_open() {
    let (vault, key, row, _) = sealed();
    assert!(at_once(vault.open_data_key(key.organization(), &row)).is_ok());
    for wrapped in variants(&row.wrapped) {
        let changed = WrappedDataKey {
            wrapped: wrapped.clone(),
            ..row.clone()
        };
        assert!(
            is_refused(&at_once(vault.open_data_key(key.organization(), &changed))),
            "{wrapped}"
        );
    }
}

#[test]
fn a_wrapped_key_moved_to_another_organization_does_not_open() {
    let (vault, _, row, _) = sealed();
    let other = organization("org-2");
    assert!(is_refused(&at_once(vault.open_data_key(&other, &row))));
    let moved = WrappedDataKey {
        organization: other.clone(),
        ..row
    };
    assert!(is_refused(&at_once(vault.open_data_key(&other, &moved))));
}

#[test]
fn a_wrapped_key_under_another_name_does_not_open() {
    let (vault, key, row, _) = sealed();
    let renamed = WrappedDataKey {
        id: DataKeyId::new(&"0".repeat(32)).unwrap(),
        ..row
    };
    assert!(is_refused(&at_once(
        vault.open_data_key(key.organization(), &renamed)
    )));
}

#[test]
fn a_wrapped_key_relabelled_to_another_master_key_does_not_open() {
    let (_, key, row, _) = sealed();
    let both = vault(MASTER_1, &[MASTER_2]);
    let other = both.keyring().retired_ids().next().unwrap().clone();
    let relabelled = WrappedDataKey {
        wrapped: row.wrapped.replace(row.master_key.as_str(), other.as_str()),
        master_key: other,
        ..row
    };
    assert!(is_refused(&at_once(
        both.open_data_key(key.organization(), &relabelled)
    )));
}

#[test]
fn a_string_beyond_the_limit_is_not_even_decoded() {
    let (vault, key, _, text) = sealed();
    let long = format!("{text}{}", "A".repeat(16 * 1024 * 1024));
    assert!(is_refused(&vault.open(&key, &context(), &long)));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>(), tail in "[A-Za-z0-9_.=-]{0,200}") {
        let (vault, key, row, _) = sealed();
        let head = format!("fx1.{}.", key.id());
        for text in [text, format!("fx1.{tail}"), format!("{head}{tail}"), format!("{head}AAAAAAAAAAAAAAAA.{tail}")] {
            prop_assert!(is_refused(&vault.open(&key, &context(), &text)));
            let row = WrappedDataKey { wrapped: text.replacen("fx1", "fxk1", 1), ..row.clone() };
            prop_assert!(is_refused(&at_once(vault.open_data_key(key.organization(), &row))));
        }
    }

    #[test]
    fn flipped_bits_do_not_open(at in any::<prop::sample::Index>(), bit in 0_u8..7) {
        let (vault, key, _, text) = sealed();
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let text = String::from_utf8(bytes).unwrap();
        prop_assert!(is_refused(&vault.open(&key, &context(), &text)));
    }
}
