use chrono::TimeDelta;
use fluxori_domain::{
    Backend, Credential, CredentialDocument, OrganizationId, Plaintext, SecretContext,
    StoredSecret, TenantScope,
    ports::{LooseSecret, OutsideStore, Place, SecretStoreError},
};
use uuid::Uuid;

use crate::{ConnectionError, Connections};

/// How long writing a secret and taking it up may last before the sweep clears it away. Whoever is slower begins anew.
const WRITING: TimeDelta = TimeDelta::minutes(2);

/// A secret on its way into a store and from there into a row. Trying again goes on from where it was.
pub(crate) struct Keeping {
    scope: TenantScope,
    context: SecretContext,
    plaintext: Plaintext,
    backend: Backend,
    /// What the row holds now, if it lives in the same store.
    beside: Option<StoredSecret>,
    /// What was written, and its entry on the ledger.
    written: Option<(Uuid, StoredSecret)>,
}

impl Keeping {
    /// The first secret of a credential in this store.
    pub(crate) fn first(
        scope: &TenantScope,
        context: SecretContext,
        backend: Backend,
        plaintext: Plaintext,
    ) -> Self {
        Self {
            scope: scope.clone(),
            context,
            plaintext,
            backend,
            beside: None,
            written: None,
        }
    }

    /// The next secret of a credential, in the store that it lives in.
    pub(crate) fn next(credential: &Credential, document: &CredentialDocument) -> Self {
        let mut context = credential.secret_context();
        context.generation = credential.generation.next();
        Self {
            beside: Some(credential.secret.clone()),
            ..Self::first(
                &credential.scope,
                context,
                credential.secret.backend,
                document.to_plaintext(),
            )
        }
    }

    /// What the secret is bound to.
    pub(crate) const fn context(&self) -> &SecretContext {
        &self.context
    }

    /// Begins anew where the credential lives by now: somebody may have moved it.
    pub(crate) fn follow(&mut self, current: &Credential) {
        self.backend = current.secret.backend;
        self.beside = Some(current.secret.clone());
        self.written = None;
    }
}

impl Connections {
    /// Keeps the first secret of a credential that no row holds yet. What is never taken up is cleared away in time.
    pub(crate) async fn keep_first(
        &self,
        scope: &TenantScope,
        context: SecretContext,
        document: &CredentialDocument,
    ) -> Result<StoredSecret, ConnectionError> {
        let home = self.ports.secrets.home();
        let mut keeping = Keeping::first(scope, context, home, document.to_plaintext());
        self.keep(&mut keeping).await
    }

    /// Keeps the next secret of a credential, which its row does not hold yet.
    pub(crate) async fn keep_next(
        &self,
        credential: &Credential,
        document: &CredentialDocument,
    ) -> Result<StoredSecret, ConnectionError> {
        self.keep(&mut Keeping::next(credential, document)).await
    }

    /// The same for whoever tries again: a secret that is kept already and may still be taken up is not written again.
    ///
    /// # Errors
    /// [`ConnectionError::Changed`] when the sweep was faster, or the place is being destroyed because the credential was
    /// moved.
    pub(crate) async fn keep(
        &self,
        keeping: &mut Keeping,
    ) -> Result<StoredSecret, ConnectionError> {
        let store = self.ports.secrets.find(keeping.backend)?;
        let Some(outside) = store.outside() else {
            let put = store.put(&keeping.context, &keeping.plaintext, None);
            return Ok(put.await?);
        };
        if let Some((entry, stored)) = keeping.written.clone() {
            match self.note(keeping, entry, stored).await {
                Err(ConnectionError::Changed) => {}
                result => return result,
            }
        }
        loop {
            let (entry, place) = self.begin(keeping, outside).await?;
            let put = store.put(&keeping.context, &keeping.plaintext, Some(&place));
            match put.await {
                Ok(stored) => {
                    keeping.written = Some((entry.id, stored.clone()));
                    let noted = self.note(keeping, entry.id, stored.clone()).await;
                    if matches!(noted, Err(ConnectionError::Changed)) {
                        // The sweep was faster, and may have looked before the value was there.
                        let credential = keeping.context.credential;
                        outside.destroy(credential, &stored.value).await?;
                    }
                    return noted;
                }
                // The place was destroyed by hand, or the credential has left it: there is another one.
                Err(error) if error.is_gone() && keeping.beside.is_some() => keeping.beside = None,
                // Something may have been written all the same: the entry stays without a value, and the sweep finds what
                // there is. Whoever tries again begins another one.
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Names on the ledger what was written.
    async fn note(
        &self,
        keeping: &mut Keeping,
        entry: Uuid,
        stored: StoredSecret,
    ) -> Result<StoredSecret, ConnectionError> {
        if self.ports.ledger.written(entry, &stored.value).await? {
            return Ok(stored);
        }
        keeping.written = None;
        Err(ConnectionError::Changed)
    }

    /// Names on the ledger what is about to be written.
    async fn begin(
        &self,
        keeping: &Keeping,
        outside: &dyn OutsideStore,
    ) -> Result<(LooseSecret, Place), ConnectionError> {
        let credential = keeping.context.credential;
        let place = match &keeping.beside {
            Some(held) => outside.place_of(credential, &held.value)?,
            None => outside.name_place(credential)?,
        };
        let entry = LooseSecret {
            id: Uuid::new_v4(),
            scope: keeping.scope.clone(),
            credential,
            backend: keeping.backend,
            place: place.name.clone(),
            value: None,
            due_at: self.now() + WRITING,
        };
        self.ports.ledger.begin(&entry).await?;
        Ok((entry, place))
    }

    /// Whether a secret could be kept now: beside the one that a credential's row holds, or anew. Asked before something is
    /// bought that cannot be bought again.
    pub(crate) async fn make_ready(
        &self,
        organization: &OrganizationId,
        beside: Option<&StoredSecret>,
    ) -> Result<(), SecretStoreError> {
        let stores = &self.ports.secrets;
        let backend = beside.map_or(stores.home(), |held| held.backend);
        stores.find(backend)?.make_ready(organization, beside).await
    }
}
