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
