use chrono::{DateTime, Utc};
use fluxori_domain::{
    OrganizationId, Plaintext, SecretContext,
    ports::{SecretStoreError, WrappedDataKey},
};
use ring::rand::SystemRandom;
use secrecy::ExposeSecret;

use crate::{
    data_key::{DataKey, derive_id},
    hazmat::{DoesNotOpen, KeyMaterial},
    keyring::{Keyring, MasterKey},
    sealed::{self, SealedText},
    wrapped::{self, WrappedText},
};

/// The longest document that is sealed, in bytes. Real ones have less than 10,000.
pub const MAX_PLAINTEXT_BYTES: usize = 32 * 1024;

/// Makes, wraps and unwraps data keys, and seals and opens values under them. Does no I/O and remembers nothing.
#[derive(Debug)]
pub struct Vault {
    keyring: Keyring,
    random: SystemRandom,
}

impl Vault {
    /// A vault over these master keys.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring,
            random: SystemRandom::new(),
        }
    }

    /// The master keys.
    #[must_use]
    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Makes a random data key: one form to use, one to store.
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    #[must_use]
    pub fn make_data_key(
        &self,
        organization: &OrganizationId,
        now: DateTime<Utc>,
    ) -> (DataKey, WrappedDataKey) {
        let key = KeyMaterial::make(&self.random);
        let ready = DataKey::new(organization.clone(), &key);
        let master = self.keyring.active();
        let row = WrappedDataKey {
            id: ready.id().clone(),
            organization: organization.clone(),
            master_key: master.id.clone(),
            wrapped: wrapped::wrap(&key, master, &self.random, organization, ready.id()),
            created_at: now,
        };
        (ready, row)
    }

    /// Unwraps a stored data key of this organization.
    ///
    /// # Errors
    /// [`SecretStoreError::UnknownKey`] when its master key is not in the keyring, [`SecretStoreError::DoesNotOpen`]
    /// when it is damaged, or another organization's, or not the key that its name was derived from.
    pub fn open_data_key(
        &self,
        organization: &OrganizationId,
        row: &WrappedDataKey,
    ) -> Result<DataKey, SecretStoreError> {
        let (_, key) = self.unwrap(organization, row)?;
        Ok(DataKey::new(organization.clone(), &key))
    }

    /// Wraps a stored data key by the active master key. `None` when it already is.
    ///
    /// # Errors
    /// As [`Vault::open_data_key`].
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    pub fn rewrap(&self, row: &WrappedDataKey) -> Result<Option<WrappedDataKey>, SecretStoreError> {
        let (old, key) = self.unwrap(&row.organization, row)?;
        let master = self.keyring.active();
        if old.id == master.id {
            return Ok(None);
        }
        Ok(Some(WrappedDataKey {
            master_key: master.id.clone(),
            wrapped: wrapped::wrap(&key, master, &self.random, &row.organization, &row.id),
            ..row.clone()
        }))
    }

    /// Seals a document under a data key, bound to its context. The same document never gives the same string twice.
    ///
    /// # Errors
    /// [`SecretStoreError::TooLarge`] above [`MAX_PLAINTEXT_BYTES`], [`SecretStoreError::DoesNotOpen`] when the key is
    /// another organization's, because nobody could open the value.
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    pub fn seal(
        &self,
        key: &DataKey,
        context: &SecretContext,
        plaintext: &Plaintext,
    ) -> Result<String, SecretStoreError> {
        #[expect(clippy::disallowed_methods, reason = "EXPOSE: what is to be sealed")]
        let bytes = plaintext.expose_secret();
        if bytes.len() > MAX_PLAINTEXT_BYTES {
            return Err(SecretStoreError::TooLarge {
                limit: MAX_PLAINTEXT_BYTES,
            });
        }
        if *key.organization() != context.organization {
            return Err(SecretStoreError::DoesNotOpen);
        }
        Ok(sealed::seal(
            bytes,
            key.cipher(),
            &self.random,
            key.id(),
            context,
        ))
    }

    /// Opens a sealed value under the data key that it names.
    ///
    /// # Errors
    /// [`SecretStoreError::DoesNotOpen`] when anything is not exactly as it was sealed.
    pub fn open(
        &self,
        key: &DataKey,
        context: &SecretContext,
        sealed: &str,
    ) -> Result<Plaintext, SecretStoreError> {
        let text = SealedText::parse(sealed)?;
        open_text(key, context, &text)
    }

    fn unwrap(
        &self,
        organization: &OrganizationId,
        row: &WrappedDataKey,
    ) -> Result<(&MasterKey, KeyMaterial), SecretStoreError> {
        let text = WrappedText::parse(&row.wrapped)?;
        if text.master_key != row.master_key.as_str() || *organization != row.organization {
            return Err(SecretStoreError::DoesNotOpen);
        }
        let Some(master) = self.keyring.find(text.master_key) else {
            return Err(SecretStoreError::UnknownKey {
                id: text.master_key.to_owned(),
            });
        };
        let key = text.open(master, organization, &row.id)?;
        if derive_id(&key) != row.id {
            return Err(SecretStoreError::DoesNotOpen);
        }
        Ok((master, key))
    }
}

/// Opens a value that was already taken apart.
pub(crate) fn open_text(
    key: &DataKey,
    context: &SecretContext,
    text: &SealedText<'_>,
) -> Result<Plaintext, SecretStoreError> {
    if *key.organization() != context.organization {
        return Err(SecretStoreError::DoesNotOpen);
    }
    Ok(text.open(key.cipher(), key.id(), context)?)
}

impl From<DoesNotOpen> for SecretStoreError {
    fn from(DoesNotOpen: DoesNotOpen) -> Self {
        Self::DoesNotOpen
    }
}

#[cfg(test)]
mod tests {
    use fluxori_domain::DataKeyId;

    use super::*;
    use crate::keyring::make_master_key_text;

    #[test]
    fn a_key_wrapped_under_a_name_that_is_not_derived_from_it_does_not_open() {
        let vault = Vault::new(Keyring::parse(Some(&make_master_key_text()), None).unwrap());
        let organization = OrganizationId::new("org-1").unwrap();
        let (_, row) = vault.make_data_key(&organization, DateTime::UNIX_EPOCH);
        let (master, key) = vault.unwrap(&organization, &row).unwrap();
        let id = DataKeyId::new("00112233445566778899aabbccddeeff").unwrap();
        let wrapped = wrapped::wrap(&key, master, &vault.random, &organization, &id);
        let row = WrappedDataKey { id, wrapped, ..row };
        assert!(matches!(
            vault.open_data_key(&organization, &row),
            Err(SecretStoreError::DoesNotOpen)
        ));
    }
}
