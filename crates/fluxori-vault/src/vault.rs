use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    MasterKeyId, OrganizationId, Plaintext, SecretContext,
    ports::{KeyVault, Resealer, SecretStoreError, WrappedDataKey},
};
use ring::rand::SystemRandom;
use secrecy::ExposeSecret;

use crate::{
    data_key::{DataKey, derive_id},
    hazmat::{DoesNotOpen, KeyMaterial},
    keyring::Keyring,
    reseal::DataKeys,
    sealed::{self, SealedText},
    wrapped::{self, WrappedText},
};

/// The longest document that is sealed, in bytes. Real ones have less than 10,000.
pub const MAX_PLAINTEXT_BYTES: usize = 32 * 1024;

/// Makes, wraps and unwraps data keys, and seals and opens values under them. Remembers nothing, and does no I/O of
/// its own: it waits where a service keeps the master key.
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

    /// Makes a random data key: one form to use, one to store. Waits for nothing when the active master key is local.
    ///
    /// # Errors
    /// [`SecretStoreError::Outside`] when a service keeps the active master key and did not wrap the data key.
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    pub async fn make_data_key(
        &self,
        organization: &OrganizationId,
        now: DateTime<Utc>,
    ) -> Result<(DataKey, WrappedDataKey), SecretStoreError> {
        let key = KeyMaterial::make(&self.random);
        let ready = DataKey::new(organization.clone(), &key);
        let master = self.keyring.active();
        let row = WrappedDataKey {
            id: ready.id().clone(),
            organization: organization.clone(),
            master_key: master.id().clone(),
            wrapped: wrapped::wrap(&key, master, &self.random, organization, ready.id()).await?,
            created_at: now,
        };
        Ok((ready, row))
    }

    /// Unwraps a stored data key of this organization. Waits for nothing when its master key is local.
    ///
    /// # Errors
    /// [`SecretStoreError::UnknownKey`] when its master key is not in the keyring, [`SecretStoreError::DoesNotOpen`]
    /// when it is damaged, or another organization's, or not the key that its name was derived from,
    /// [`SecretStoreError::Outside`] when a service keeps its master key and did not answer.
    pub async fn open_data_key(
        &self,
        organization: &OrganizationId,
        row: &WrappedDataKey,
    ) -> Result<DataKey, SecretStoreError> {
        let key = self.unwrap(organization, row).await?;
        Ok(DataKey::new(organization.clone(), &key))
    }

    /// Wraps a stored data key by the active master key. `None` when it already is: then it is not opened.
    ///
    /// # Errors
    /// As [`Vault::open_data_key`] and [`Vault::make_data_key`].
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    pub async fn rewrap(
        &self,
        row: &WrappedDataKey,
    ) -> Result<Option<WrappedDataKey>, SecretStoreError> {
        if row.master_key == *self.keyring.active_id() {
            return Ok(None);
        }
        self.wrap_anew(row).await.map(Some)
    }

    /// The same, even if the active master key wraps it already: a service may have newer versions of that by now.
    ///
    /// # Errors
    /// As [`Vault::rewrap`].
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    pub async fn wrap_anew(
        &self,
        row: &WrappedDataKey,
    ) -> Result<WrappedDataKey, SecretStoreError> {
        let master = self.keyring.active();
        let key = self.unwrap(&row.organization, row).await?;
        let wrapped = wrapped::wrap(&key, master, &self.random, &row.organization, &row.id);
        Ok(WrappedDataKey {
            master_key: master.id().clone(),
            wrapped: wrapped.await?,
            ..row.clone()
        })
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

    async fn unwrap(
        &self,
        organization: &OrganizationId,
        row: &WrappedDataKey,
    ) -> Result<KeyMaterial, SecretStoreError> {
        let text = WrappedText::parse(&row.wrapped)?;
        let name = text.master_key();
        if name != row.master_key.as_str() || *organization != row.organization {
            return Err(SecretStoreError::DoesNotOpen);
        }
        let Some(master) = self.keyring.find(name) else {
            return Err(SecretStoreError::UnknownKey {
                id: name.to_owned(),
            });
        };
        let key = text.open(master, organization, &row.id).await?;
        if derive_id(&key) != row.id {
            return Err(SecretStoreError::DoesNotOpen);
        }
        Ok(key)
    }
}

#[async_trait]
impl KeyVault for Vault {
    fn active(&self) -> &MasterKeyId {
        self.keyring.active_id()
    }

    async fn wrap_anew(&self, key: &WrappedDataKey) -> Result<WrappedDataKey, SecretStoreError> {
        Self::wrap_anew(self, key).await
    }

    async fn resealer(
        &self,
        to: &WrappedDataKey,
        from: &[WrappedDataKey],
    ) -> Result<Box<dyn Resealer>, SecretStoreError> {
        let mut keys = DataKeys {
            to: self.open_data_key(&to.organization, to).await?,
            from: Vec::with_capacity(from.len()),
            random: self.random.clone(),
        };
        for row in from {
            match self.open_data_key(&to.organization, row).await {
                Ok(key) => keys.from.push(key),
                Err(SecretStoreError::DoesNotOpen) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Box::new(keys))
    }

    async fn make(
        &self,
        organization: &OrganizationId,
        now: DateTime<Utc>,
    ) -> Result<WrappedDataKey, SecretStoreError> {
        let (_, row) = self.make_data_key(organization, now).await?;
        Ok(row)
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

    #[tokio::test]
    async fn a_key_wrapped_under_a_name_that_is_not_derived_from_it_does_not_open() {
        let vault = Vault::new(Keyring::parse(Some(&make_master_key_text()), None).unwrap());
        let organization = OrganizationId::new("org-1").unwrap();
        let made = vault.make_data_key(&organization, DateTime::UNIX_EPOCH);
        let (_, row) = made.await.unwrap();
        let key = vault.unwrap(&organization, &row).await.unwrap();
        let id = DataKeyId::new("00112233445566778899aabbccddeeff").unwrap();
        let master = vault.keyring.active();
        let wrapped = wrapped::wrap(&key, master, &vault.random, &organization, &id);
        let wrapped = wrapped.await.unwrap();
        let row = WrappedDataKey { id, wrapped, ..row };
        assert!(matches!(
            vault.open_data_key(&organization, &row).await,
            Err(SecretStoreError::DoesNotOpen)
        ));
    }
}
