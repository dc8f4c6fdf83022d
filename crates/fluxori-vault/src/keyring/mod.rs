mod guessable;
mod master_key;
mod text;

use std::sync::Arc;

use fluxori_domain::{MasterKeyId, SecretText, ports::MasterKeyService};
use ring::rand::SystemRandom;
use secrecy::ExposeSecret;

use crate::{
    error::{KeySlot, VaultError},
    hazmat::KeyMaterial,
};

pub(crate) use master_key::{LocalKey, MasterKey};

/// The master keys: one that wraps new data keys, and retired ones that still unwrap old ones. Each is local, or kept by a
/// service.
///
/// Holds no key bytes, only ciphers derived from them, and prints names only.
#[derive(Debug)]
pub struct Keyring {
    active: MasterKey,
    retired: Vec<MasterKey>,
}

/// What a keyring is made of. Exactly one of `local` and `service` is the active key; the way from one to the other is to
/// make the old one a retired one.
#[derive(Default)]
pub struct MasterKeySources<'a> {
    /// `ENCRYPTION_KEY`.
    pub local: Option<&'a SecretText>,
    /// `ENCRYPTION_KEYS_RETIRED`: a list separated by commas.
    pub local_retired: Option<&'a SecretText>,
    /// The service of `ENCRYPTION_KMS_KEY`.
    pub service: Option<Arc<dyn MasterKeyService>>,
    /// Those of `ENCRYPTION_KMS_KEYS_RETIRED`.
    pub services_retired: Vec<Arc<dyn MasterKeyService>>,
}

impl Keyring {
    /// A keyring of local keys only, from `ENCRYPTION_KEY` and `ENCRYPTION_KEYS_RETIRED`.
    ///
    /// # Errors
    /// As [`Keyring::from_sources`].
    pub fn parse(
        active: Option<&SecretText>,
        retired: Option<&SecretText>,
    ) -> Result<Self, VaultError> {
        Self::from_sources(MasterKeySources {
            local: active,
            local_retired: retired,
            ..MasterKeySources::default()
        })
    }

    /// Puts a keyring together. Asks no service anything.
    ///
    /// A local key is 32 bytes, as base64 (standard or URL-safe, 44 characters or 43 without padding) or 64 hexadecimal
    /// digits, or 32 printable ASCII characters other than space and comma, used as they are. White space around a key
    /// is ignored, and so is a key given twice: the active one may already stand among the retired ones.
    ///
    /// # Errors
    /// A [`VaultError`] for the first key that is missing, malformed, a known placeholder or not random, and
    /// [`VaultError::TwoActiveKeys`].
    pub fn from_sources(sources: MasterKeySources<'_>) -> Result<Self, VaultError> {
        let local = sources.local.map(expose);
        let active = match (local, sources.service) {
            (Some(text), Some(_)) if !text.trim().is_empty() => {
                return Err(VaultError::TwoActiveKeys);
            }
            (_, Some(service)) => MasterKey::Service(service),
            (Some(text), None) => MasterKey::parse(KeySlot::Active, text)?,
            (None, None) => {
                return Err(VaultError::KeyMissing {
                    slot: KeySlot::Active,
                });
            }
        };
        let mut keyring = Self {
            active,
            retired: Vec::new(),
        };
        let list = sources.local_retired.map(expose).unwrap_or_default();
        if !list.trim().is_empty() {
            for (index, text) in list.split(',').enumerate() {
                keyring.retire(MasterKey::parse(KeySlot::Retired(index + 1), text)?);
            }
        }
        for service in sources.services_retired {
            keyring.retire(MasterKey::Service(service));
        }
        Ok(keyring)
    }

    /// The name of the key that wraps new data keys.
    #[must_use]
    pub fn active_id(&self) -> &MasterKeyId {
        self.active.id()
    }

    /// What the service that keeps the active key calls it; `None` for a local key.
    #[must_use]
    pub fn active_service(&self) -> Option<&str> {
        self.active.service_name()
    }

    /// The names of the keys that only unwrap, in the order given, local ones first.
    pub fn retired_ids(&self) -> impl Iterator<Item = &MasterKeyId> {
        self.retired.iter().map(MasterKey::id)
    }

    pub(crate) const fn active(&self) -> &MasterKey {
        &self.active
    }

    /// Every key, the active one first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.active).chain(&self.retired)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&MasterKey> {
        self.all().find(|key| key.id().as_str() == id)
    }

    fn retire(&mut self, key: MasterKey) {
        if self.find(key.id().as_str()).is_none() {
            self.retired.push(key);
        }
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
            "ENCRYPTION_KEY is missing or empty; make one with `fluxori-server keys generate`, or name a key in Cloud KMS in ENCRYPTION_KMS_KEY"
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
