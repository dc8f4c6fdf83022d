use fluxori_domain::{
    Credential, CredentialDocument, Plaintext, ports::SecretStoreError, telemetry::events,
};

use crate::{ConnectionError, Connections};

impl Connections {
    /// Opens the secret of a credential as it was read from the database.
    ///
    /// # Errors
    /// [`ConnectionError::Changed`] when it has been replaced since then and what was read is destroyed: read it again.
    pub(crate) async fn open(
        &self,
        credential: &Credential,
    ) -> Result<CredentialDocument, ConnectionError> {
        let plaintext = match self.open_stored(credential).await {
            Err(error) if is_left(&error) => self.open_current(credential, error).await?,
            result => result?,
        };
        Ok(CredentialDocument::from_plaintext(&plaintext)?)
    }

    pub(super) async fn open_stored(
        &self,
        credential: &Credential,
    ) -> Result<Plaintext, SecretStoreError> {
        let store = self.ports.secrets.find(credential.secret.backend)?;
        store
            .open(&credential.secret_context(), &credential.secret)
            .await
    }

    /// What is gone may have been moved or replaced since the row was read, or sealed anew and its old data key destroyed.
    async fn open_current(
        &self,
        read: &Credential,
        gone: SecretStoreError,
    ) -> Result<Plaintext, ConnectionError> {
        let current = self
            .ports
            .refreshes
            .credential(&read.scope, read.id)
            .await?;
        match current {
            Some(current) if current.generation != read.generation => Err(ConnectionError::Changed),
            Some(current) if current.secret != read.secret => {
                Ok(self.open_stored(&current).await?)
            }
            _ if gone.is_gone() => {
                tracing::error!(
                    event = events::SECRET_LOST,
                    credential = %read.id,
                    error = %gone,
                    "a secret is lost: its row names one that is gone"
                );
                Err(gone.into())
            }
            _ => Err(gone.into()),
        }
    }
}

/// Whether a row may have left its secret there for another one.
pub(super) const fn is_left(error: &SecretStoreError) -> bool {
    error.is_gone() || matches!(error, SecretStoreError::DoesNotOpen)
}
