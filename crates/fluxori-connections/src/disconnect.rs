//! Cutting a deleted connection's account off at its marketplace.

use chrono::TimeDelta;
use fluxori_domain::{
    AuditEvent, AuditKind, AuditSubject, OutcomeClass, ServiceName,
    ports::{DisconnectSubject, Disconnection, Tombstone},
    telemetry::events,
};

use crate::{
    ConnectionError, Connections,
    credential::is_valid,
    refresh::{Refresh, RefreshFailure},
};

/// How long a marketplace that is troubled is asked again. Afterwards the secret goes all the same: keeping it for ever
/// would be worse.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(7);

/// A token that lives for less is renewed before it is used.
const FRESH_ENOUGH: TimeDelta = TimeDelta::minutes(1);

/// What became of the account at the marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The caller did not ask for it.
    NotAsked,
    /// It is cut off.
    Done,
    /// Only the seller can do it there.
    LeftToSeller,
    /// It will be tried again in the background.
    Pending,
    /// It was tried for a week, in vain: only the seller can do it now.
    GivenUp,
}

impl Connections {
    /// Cuts the account off, if that was asked for.
    pub(crate) async fn revoke(
        &self,
        tombstone: &Tombstone,
        service: &ServiceName,
    ) -> Result<Revocation, ConnectionError> {
        if !tombstone.revoke {
            return Ok(Revocation::NotAsked);
        }
        let outcome = match self.try_to_revoke(tombstone, service).await? {
            Disconnection::Done => return Ok(Revocation::Done),
            Disconnection::LeftToSeller => return Ok(Revocation::LeftToSeller),
            Disconnection::Failed(outcome) => outcome,
        };
        if self.now() - tombstone.deleted_at < GIVE_UP_AFTER {
            tracing::warn!(
                event = events::DISCONNECT_POSTPONED,
                connection = %tombstone.connection,
                class = %outcome.class,
                "an account is not cut off at its marketplace yet: trying again later"
            );
            return Ok(Revocation::Pending);
        }
        tracing::error!(
            event = events::DISCONNECT_GIVEN_UP,
            connection = %tombstone.connection,
            class = %outcome.class,
            "an account could not be cut off at its marketplace: the seller has to do it there"
        );
        Ok(Revocation::GivenUp)
    }

    async fn try_to_revoke(
        &self,
        tombstone: &Tombstone,
        service: &ServiceName,
    ) -> Result<Disconnection, ConnectionError> {
        let mut credential = tombstone.credential.clone();
        let client = self.ports.marketplaces.client(tombstone.marketplace)?;
        let mut document = match self.open(&credential).await {
            Ok(document) => document,
            Err(ConnectionError::Secret(error)) if !error.is_transient() => {
                tracing::error!(
                    event = events::DISCONNECT_IMPOSSIBLE,
                    connection = %tombstone.connection,
                    %error,
                    "nothing to cut an account off with"
                );
                return Ok(if error.is_gone() {
                    Disconnection::LeftToSeller
                } else {
                    // Somebody may mend it; in the end the row goes all the same.
                    Disconnection::Failed(OutcomeClass::Transient.into())
                });
            }
            Err(error) => return Err(error),
        };
        let refreshable = client.is_refreshable(credential.auth_type, &document);
        if refreshable && !is_valid(&credential, &document, self.now(), FRESH_ENOUGH) {
            let refresh = Refresh {
                details: tombstone.details.clone(),
                event: self.refreshed_event(tombstone, service),
                ignore_cool_down: false,
                credential: credential.clone(),
            };
            match self.refresh_in_time(refresh).await {
                Ok(()) => {
                    let stored = self
                        .ports
                        .refreshes
                        .credential(&credential.scope, credential.id)
                        .await?;
                    credential = stored.ok_or(ConnectionError::NotFound)?;
                    document = self.open(&credential).await?;
                }
                Err(RefreshFailure::Internal(error)) => {
                    return Err(ConnectionError::Refresh(error));
                }
                Err(failure) => {
                    return Ok(match failure.outcome() {
                        // The grant is dead: the seller, or somebody, was there before us.
                        Some(outcome) if outcome.class == OutcomeClass::ReauthRequired => {
                            Disconnection::Done
                        }
                        Some(outcome) => Disconnection::Failed(outcome),
                        None => Disconnection::LeftToSeller,
                    });
                }
            }
        }
        let subject = DisconnectSubject {
            auth_type: credential.auth_type,
            document: &document,
            details: &tombstone.details,
            is_last: tombstone.is_last,
        };
        Ok(client.disconnect(subject).await)
    }

    fn refreshed_event(&self, tombstone: &Tombstone, service: &ServiceName) -> AuditEvent {
        let now = self.now();
        AuditEvent::new(
            AuditKind::CredentialRefreshed,
            AuditSubject {
                scope: &tombstone.scope,
                connection: tombstone.connection,
                marketplace: tombstone.marketplace,
            },
            service,
            now,
        )
    }
}
