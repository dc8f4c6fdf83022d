//! From documents to stored secrets and back.

use fluxori_domain::{Credential, CredentialDocument, SecretContext, StoredSecret};

use crate::{ConnectionError, Connections};

impl Connections {
    pub(crate) async fn seal(
        &self,
        context: &SecretContext,
        document: &CredentialDocument,
    ) -> Result<StoredSecret, ConnectionError> {
        Ok(self
            .ports
            .secrets
            .put(context, &document.to_plaintext())
            .await?)
    }

    /// Destroys what the store keeps of a secret that no row holds any more. A failure is left to housekeeping.
    pub(crate) async fn destroy_superseded(&self, superseded: &Credential) {
        let context = superseded.secret_context();
        let destroyed = self.ports.secrets.destroy(&context, &superseded.secret);
        if let Err(error) = destroyed.await {
            tracing::warn!(credential = %superseded.id, %error, "a superseded secret was not destroyed yet");
        }
    }

    pub(crate) async fn open(
        &self,
        credential: &Credential,
    ) -> Result<CredentialDocument, ConnectionError> {
        let context = credential.secret_context();
        let plaintext = self
            .ports
            .secrets
            .open(&context, &credential.secret)
            .await?;
        Ok(CredentialDocument::from_plaintext(&plaintext)?)
    }
}
