use std::sync::atomic::{AtomicU64, Ordering};

use fluxori_domain::{
    Backend, Credential, CredentialId, OrganizationId, Plaintext,
    ports::{SecretCount, SecretStoreError},
};
use futures_util::{StreamExt as _, stream};
use secrecy::ExposeSecret as _;

use super::{Keeping, open::is_left};
use crate::{ConnectionError, Connections};

/// How many credentials are read from the database at once.
const BATCH: u16 = 200;

/// How many are moved at once.
const AT_ONCE: usize = 8;

/// How often one is tried whose row changes meanwhile.
const ATTEMPTS: usize = 4;

/// What is to be moved where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// From the other store to this one.
    pub to: Backend,
    /// Of one organization, or of all.
    pub organization: Option<OrganizationId>,
}

/// What a move came to.
#[derive(Debug, Default)]
pub struct MoveReport {
    /// Credentials that were moved.
    pub moved: u64,
    /// Credentials that were deleted, or that somebody else moved, before it was their turn.
    pub gone: u64,
    /// Credentials that stay where they are, and why.
    pub failed: Vec<(CredentialId, ConnectionError)>,
}

enum Moved {
    Yes,
    Gone,
}

impl Connections {
    /// Maintenance: how many credentials live where.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn census(&self) -> Result<Vec<SecretCount>, ConnectionError> {
        Ok(self.ports.moves.census().await?)
    }

    /// Maintenance: how many credentials a move would look at.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn count_movable(&self, order: &Move) -> Result<u64, ConnectionError> {
        let mut count = 0;
        for from in Backend::ALL.iter().filter(|from| **from != order.to) {
            let organization = order.organization.as_ref();
            count += self.ports.moves.count(*from, organization).await?;
        }
        Ok(count)
    }

    /// Maintenance: moves secrets to another store while everything goes on: each is copied, read back and compared, then
    /// its row lets go of the old one and takes up the new one. May be stopped at any time and begun again; `progress` is
    /// told how many have been looked at. What the rows let go of is destroyed by [`Connections::sweep`].
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not say which ones there are; [`ConnectionError::Secret`] when
    /// the store to move to is not set up. A credential that cannot be moved is in the report instead.
    pub async fn move_secrets(
        &self,
        order: &Move,
        progress: impl Fn(u64),
    ) -> Result<MoveReport, ConnectionError> {
        self.ports.secrets.find(order.to)?;
        let mut report = MoveReport::default();
        let looked_at = AtomicU64::new(0);
        for from in Backend::ALL.iter().filter(|from| **from != order.to) {
            let mut after = None;
            loop {
                let residents =
                    self.ports
                        .moves
                        .residents(*from, order.organization.as_ref(), after, BATCH);
                let residents = residents.await?;
                let Some(last) = residents.last() else { break };
                after = Some(last.id);
                let mut moves = stream::iter(residents)
                    .map(async |credential| {
                        let id = credential.id;
                        (id, self.move_one(credential, order.to).await)
                    })
                    .buffer_unordered(AT_ONCE);
                while let Some((id, moved)) = moves.next().await {
                    match moved {
                        Ok(Moved::Yes) => report.moved += 1,
                        Ok(Moved::Gone) => report.gone += 1,
                        Err(error) => report.failed.push((id, error)),
                    }
                    progress(looked_at.fetch_add(1, Ordering::Relaxed) + 1);
                }
            }
        }
        Ok(report)
    }

    async fn move_one(
        &self,
        mut credential: Credential,
        to: Backend,
    ) -> Result<Moved, ConnectionError> {
        for _ in 0..ATTEMPTS {
            let gone = match self.try_to_move(&credential, to).await {
                Ok(true) => return Ok(Moved::Yes),
                Ok(false) | Err(ConnectionError::Changed) => None,
                // It may have been replaced since the row was read.
                Err(ConnectionError::Secret(error)) if is_left(&error) => Some(error),
                Err(error) => return Err(error),
            };
            let current = self
                .ports
                .refreshes
                .credential(&credential.scope, credential.id)
                .await?;
            match (current, gone) {
                (Some(current), Some(gone)) if current.secret == credential.secret => {
                    return Err(gone.into());
                }
                (Some(current), _) if current.secret.backend != to => credential = current,
                _ => return Ok(Moved::Gone),
            }
        }
        Err(ConnectionError::Changed)
    }

    async fn try_to_move(
        &self,
        credential: &Credential,
        to: Backend,
    ) -> Result<bool, ConnectionError> {
        let context = credential.secret_context();
        let plaintext = self.open_stored(credential).await?;
        let expected = copy(&plaintext);
        let mut keeping = Keeping::first(&credential.scope, context.clone(), to, plaintext);
        let stored = self.keep(&mut keeping).await?;
        let copied = self.ports.secrets.find(to)?.open(&context, &stored).await?;
        if !is_equal(&expected, &copied) {
            return Err(SecretStoreError::DoesNotOpen.into());
        }
        let now = self.now();
        Ok(self.ports.moves.relocate(credential, &stored, now).await?)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: compared with what the other store has, then wiped"
)]
fn copy(plaintext: &Plaintext) -> Plaintext {
    Plaintext::new(plaintext.expose_secret().to_vec().into())
}

#[expect(clippy::disallowed_methods, reason = "EXPOSE: compared, nothing more")]
fn is_equal(one: &Plaintext, other: &Plaintext) -> bool {
    one.expose_secret() == other.expose_secret()
}
