mod guessable;
mod text;

use fluxori_domain::{MasterKeyId, SecretText};
use ring::rand::SystemRandom;
use secrecy::ExposeSecret;

use crate::{
    error::{KeySlot, VaultError},
    hazmat::{Cipher, KeyMaterial, Purpose},
};

/// The master keys: one that wraps new data keys, and retired ones that still unwrap old ones.
///
/// Holds no key bytes, only ciphers derived from them, and prints names only.
#[derive(Debug)]
pub struct Keyring {
    active: MasterKey,
    retired: Vec<MasterKey>,
}

/// One master key, ready to wrap and unwrap data keys.
#[derive(Debug)]
pub(crate) struct MasterKey {
    pub(crate) id: MasterKeyId,
    pub(crate) cipher: Cipher,
}

impl Keyring {
    /// Reads `ENCRYPTION_KEY` and `ENCRYPTION_KEYS_RETIRED`, the latter a list separated by commas.
    ///
    /// A key is 32 bytes, as base64 (standard or URL-safe, 44 characters or 43 without padding) or 64 hexadecimal
    /// digits, or 32 printable ASCII characters other than space and comma, used as they are. White space around a key
    /// is ignored, and so is a key given twice: the active one may already stand in the list of retired ones.
    ///
    /// # Errors
    /// A [`VaultError`] for the first key that is missing, malformed, a known placeholder or not random.
    pub fn parse(
        active: Option<&SecretText>,
        retired: Option<&SecretText>,
    ) -> Result<Self, VaultError> {
        let active = match active {
            Some(text) => MasterKey::parse(KeySlot::Active, expose(text))?,
            None => {
                return Err(VaultError::KeyMissing {
                    slot: KeySlot::Active,
                });
            }
        };
        let mut keyring = Self {
            active,
            retired: Vec::new(),
        };
        let list = retired.map(expose).unwrap_or_default();
        if list.trim().is_empty() {
            return Ok(keyring);
        }
        for (index, text) in list.split(',').enumerate() {
            let key = MasterKey::parse(KeySlot::Retired(index + 1), text)?;
            if keyring.find(key.id.as_str()).is_none() {
                keyring.retired.push(key);
            }
        }
        Ok(keyring)
    }

    /// The name of the key that wraps new data keys.
    #[must_use]
    pub const fn active_id(&self) -> &MasterKeyId {
        &self.active.id
    }

    /// The names of the keys that only unwrap, in the order given.
    pub fn retired_ids(&self) -> impl Iterator<Item = &MasterKeyId> {
        self.retired.iter().map(|key| &key.id)
    }

    pub(crate) const fn active(&self) -> &MasterKey {
        &self.active
    }

    pub(crate) fn find(&self, id: &str) -> Option<&MasterKey> {
        std::iter::once(&self.active)
            .chain(&self.retired)
            .find(|key| key.id.as_str() == id)
    }
}

impl MasterKey {
    fn parse(slot: KeySlot, text: &str) -> Result<Self, VaultError> {
        let key = text::decode(slot, text.trim())?;
        Ok(Self {
            id: MasterKeyId::new(&key.derive_name::<8>(Purpose::MasterKeyId))
                .expect("8 bytes are 16 hexadecimal digits"),
            cipher: key.derive_cipher(Purpose::WrapDataKeys),
        })
    }
}

/// Makes a new random master key, as base64: what `ENCRYPTION_KEY` wants.
///
/// # Panics
/// When the operating system has no random bytes.
#[must_use]
pub fn make_master_key_text() -> SecretText {
    loop {
        let text = text::encode(&KeyMaterial::make(&SystemRandom::new()));
        // One random text in a million holds a word by which placeholders are known.
        if text::decode(KeySlot::Active, expose(&text)).is_ok() {
            return text;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: a key text is decoded into key material, here and nowhere else"
)]
fn expose(text: &SecretText) -> &str {
    text.expose_secret()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const BASE64: &str = "8Jv0rXh3nY2kq7Tn1Zb6Wc4Ld9Ms5Pg0Fa+Eu/Ri3Oo=";
    const OTHER: &str = "wK7vZ1mQ4tY9bX2cN8dF5gH3jL6pR0sA";

    fn parse(active: &str, retired: Option<&str>) -> Result<Keyring, VaultError> {
        Keyring::parse(
            Some(&SecretText::copy_of(active)),
            retired.map(SecretText::copy_of).as_ref(),
        )
    }

    #[test]
    fn every_way_to_write_a_key_gives_the_same_key() {
        let hexadecimal = "f09bf4ad78779d8da4abb4e7d596fa59ce0b77d32ce4f83415af84b9f462dcea";
        let id = parse(BASE64, None).unwrap().active_id().clone();
        assert_eq!(id.as_str().len(), 16);
        for same in [
            BASE64.trim_end_matches('=').to_owned(),
            BASE64.replace('+', "-").replace('/', "_"),
            format!(" {BASE64}\n"),
        ] {
            assert_eq!(parse(&same, None).unwrap().active_id(), &id);
        }
        let by_digits = parse(hexadecimal, None).unwrap();
        let by_upper = parse(&hexadecimal.to_uppercase(), None).unwrap();
        assert_eq!(by_digits.active_id(), by_upper.active_id());
        assert_ne!(parse(OTHER, None).unwrap().active_id(), &id);
    }

    #[test]
    fn retired_keys_are_found_by_name_and_listed_in_order() {
        let third = make_master_key_text();
        let list = format!("{OTHER}, {}", expose(&third));
        let keyring = parse(BASE64, Some(&list)).unwrap();
        let ids: Vec<_> = keyring.retired_ids().cloned().collect();
        assert_eq!(&ids[0], parse(OTHER, None).unwrap().active_id());
        assert_eq!(ids.len(), 2);
        assert!(ids.iter().all(|id| keyring.find(id.as_str()).is_some()));
        assert!(keyring.find("0000000000000000").is_none());
    }

    #[test]
    fn a_key_given_twice_counts_once() {
        let list = format!("{BASE64},{OTHER},{OTHER}");
        let keyring = parse(BASE64, Some(&list)).unwrap();
        assert_eq!(keyring.retired_ids().count(), 1);
    }

    #[test]
    fn no_key_is_a_refusal_that_says_how_to_make_one() {
        let error = Keyring::parse(None, None).unwrap_err();
        assert!(matches!(error, VaultError::KeyMissing { .. }));
        assert_eq!(
            error.to_string(),
            "ENCRYPTION_KEY is missing or empty; make one with `fluxori-server keys generate`"
        );
        for blank in ["", " \n"] {
            assert!(matches!(
                parse(blank, None),
                Err(VaultError::KeyMissing { .. })
            ));
        }
        assert!(parse(BASE64, Some("  ")).is_ok());
    }

    #[test]
    fn a_bad_retired_key_is_named_by_its_place() {
        let list = format!("{OTHER},,");
        assert_eq!(
            parse(BASE64, Some(&list)).unwrap_err().to_string(),
            "entry 2 of ENCRYPTION_KEYS_RETIRED is missing or empty; give the old key exactly as it was, or remove the entry"
        );
    }

    #[test]
    fn new_keys_are_accepted_and_differ() {
        let ids: HashSet<_> = (0..200)
            .map(|_| {
                let keyring = Keyring::parse(Some(&make_master_key_text()), None).unwrap();
                keyring.active_id().as_str().to_owned()
            })
            .collect();
        assert_eq!(ids.len(), 200);
    }

    #[test]
    fn debug_keyring_is_redacted() {
        let canary = "canary-7f3a-Canary-8b1c-cAnary-9";
        let keyring = parse(canary, Some(OTHER)).unwrap();
        let printed = format!("{keyring:?}");
        assert!(!printed.to_lowercase().contains("canary"), "{printed}");
        assert!(!printed.contains(&hex::encode(canary)), "{printed}");
        assert!(printed.contains(keyring.active_id().as_str()));
    }
}
