//! Sealing anew what other data keys of the same organization have sealed.

use fluxori_domain::{
    SecretContext, StoredSecret,
    ports::{Resealer, SecretStoreError},
};
use ring::rand::SystemRandom;
use secrecy::ExposeSecret as _;

use crate::{
    data_key::DataKey,
    sealed::{self, SealedText},
    vault::open_text,
};

/// The data keys of one organization: one that seals, others that open.
pub(crate) struct DataKeys {
    pub(crate) to: DataKey,
    pub(crate) from: Vec<DataKey>,
    pub(crate) random: SystemRandom,
}

impl Resealer for DataKeys {
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: sealed anew at once, and compared with what comes back"
    )]
    fn reseal(
        &self,
        context: &SecretContext,
        secret: &StoredSecret,
    ) -> Result<StoredSecret, SecretStoreError> {
        if secret.backend.is_outside() {
            return Err(SecretStoreError::DoesNotOpen);
        }
        let text = SealedText::parse(&secret.value)?;
        let mut keys = self.from.iter().chain([&self.to]);
        let key = keys
            .find(|key| key.id().as_str() == text.data_key)
            .ok_or(SecretStoreError::DoesNotOpen)?;
        let plaintext = open_text(key, context, &text)?;
        let bytes = plaintext.expose_secret();
        let value = sealed::seal(bytes, self.to.cipher(), &self.random, self.to.id(), context);
        // The row will hold nothing else: what does not open would be lost.
        let back = open_text(&self.to, context, &SealedText::parse(&value)?)?;
        if back.expose_secret() != bytes {
            return Err(SecretStoreError::DoesNotOpen);
        }
        Ok(StoredSecret {
            backend: secret.backend,
            value,
        })
    }
}
