use std::mem;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditEvent, AuditEventId, AuditKind, CredentialDocument, Generation, Outcome, OutcomeClass,
    ports::{
        Admission, CredentialChange, MarketplaceClient, RefreshLease, RefreshReport,
        RefreshSubject, Renewal, SecretStoreError,
    },
    telemetry::events,
};
use tokio::time::{Instant, sleep};

use super::{Refresh, RefreshFailure, pace};
use crate::{ConnectionError, Connections, observed::LeaseEvent, secrets::Keeping};

/// The right to spend a grant, and what is to be spent.
pub(super) struct Attempt<'a> {
    pub(super) refresh: &'a Refresh,
    pub(super) document: &'a CredentialDocument,
    pub(super) lease: RefreshLease,
    /// Until when the lease is surely ours.
    pub(super) ends_at: Instant,
    /// When this token was first spent without an answer.
    pub(super) first_spent_at: DateTime<Utc>,
    pub(super) failures: u32,
    /// Leave to call the marketplace.
    pub(super) admission: Admission,
}

impl Attempt<'_> {
    fn generation(&self) -> Generation {
        self.refresh.credential.generation
    }

    fn event(&self, kind: AuditKind, class: OutcomeClass, at: DateTime<Utc>) -> AuditEvent {
        AuditEvent {
            id: AuditEventId::make(at),
            kind,
            purpose: None,
            generation: Some(match kind {
                AuditKind::CredentialRefreshed => self.generation().next(),
                _ => self.generation(),
            }),
            outcome: Some(class),
            at,
            ..self.refresh.event.clone()
        }
    }
}

impl Connections {
    /// Calls the marketplace once, and ends the lease by what came of it.
    pub(super) async fn spend(
        &self,
        client: &dyn MarketplaceClient,
        mut attempt: Attempt<'_>,
    ) -> Result<(), RefreshFailure> {
        let Refresh {
            credential,
            details,
            ..
        } = attempt.refresh;
        let report = client
            .refresh(RefreshSubject {
                auth_type: credential.auth_type,
                document: attempt.document,
                details,
                clocks: credential.clocks,
                admission: mem::take(&mut attempt.admission),
            })
            .await;
        match report {
            RefreshReport::Renewed(renewal) => {
                self.incidents.end(credential.marketplace);
                self.meters.incident(credential.marketplace, false);
                self.store_tokens(&attempt, renewal).await
            }
            RefreshReport::Refused(outcome) if outcome.class == OutcomeClass::AppConfig => {
                let retry_at = self.incidents.begin(credential.marketplace, self.now());
                self.meters.incident(credential.marketplace, true);
                self.give_back(&attempt, outcome.class, retry_at).await?;
                Err(RefreshFailure::Incident { retry_at })
            }
            RefreshReport::Refused(outcome) if outcome.class.is_transient() => {
                let retry_at = pace::retry_at(outcome, attempt.failures, self.now());
                tracing::warn!(
                    event = events::REFRESH_UNANSWERED,
                    credential = %credential.id,
                    marketplace = %credential.marketplace,
                    class = %outcome.class,
                    failures = attempt.failures + 1,
                    first_spent_at = %attempt.first_spent_at,
                    %retry_at,
                    "no answer to a refresh: the same token is tried again"
                );
                self.give_back(&attempt, outcome.class, retry_at).await?;
                Err(RefreshFailure::Later {
                    class: outcome.class,
                    retry_at,
                })
            }
            RefreshReport::Refused(outcome) => self.condemn(&attempt, outcome).await,
        }
    }

    /// Ends the lease; nobody tries before `retry_at`.
    async fn give_back(
        &self,
        attempt: &Attempt<'_>,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
    ) -> Result<(), RefreshFailure> {
        let refreshes = &self.ports.refreshes;
        if !refreshes.fail(&attempt.lease, class, retry_at).await? {
            self.lost(attempt);
        }
        Ok(())
    }

    fn lost(&self, attempt: &Attempt<'_>) {
        let marketplace = attempt.refresh.credential.marketplace;
        self.meters.lease(marketplace, LeaseEvent::Lost);
    }

    /// Stores both new tokens before anybody uses them. Until that succeeds they exist only here: it is tried for as
    /// long as the lease is ours.
    async fn store_tokens(
        &self,
        attempt: &Attempt<'_>,
        renewal: Renewal,
    ) -> Result<(), RefreshFailure> {
        let credential = &attempt.refresh.credential;
        let mut keeping = Keeping::next(credential, &renewal.document);
        let mut pause = pace::STORE_AGAIN;
        loop {
            let stored = self.store_renewal(attempt, &renewal, &mut keeping);
            let error = match stored.await {
                Ok(true) => {
                    tracing::info!(
                        event = events::REFRESH_DONE,
                        credential = %credential.id,
                        marketplace = %credential.marketplace,
                        "tokens were renewed"
                    );
                    return Ok(());
                }
                Ok(false) => {
                    self.lost(attempt);
                    tracing::error!(
                        event = events::REFRESH_TOKENS_DROPPED,
                        credential = %credential.id,
                        "tokens were bought, but the lease or the credential is another's by now: they are dropped"
                    );
                    return match self.stored_generation(credential).await? {
                        Some(newer) if newer > attempt.generation() => Ok(()),
                        _ => Err(RefreshFailure::Later {
                            class: OutcomeClass::Transient,
                            retry_at: self.now() + chrono::TimeDelta::seconds(1),
                        }),
                    };
                }
                Err(error) => error,
            };
            if Instant::now() + pause >= attempt.ends_at || !may_pass(&error) {
                tracing::error!(
                    event = events::REFRESH_TOKENS_LOST,
                    credential = %credential.id,
                    %error,
                    "tokens were bought and could not be stored: the marketplace's grace for the old token is all that \
                     is left"
                );
                return Err(error.into());
            }
            tracing::error!(
                event = events::REFRESH_TOKENS_WAIT,
                credential = %credential.id,
                %error,
                "tokens were bought and are not stored yet: trying again"
            );
            sleep(pause).await;
            pause = (pause * 2).min(pace::STORE_AGAIN_LATER);
            if matches!(error, ConnectionError::Changed)
                && let Ok(Some(current)) = self
                    .ports
                    .refreshes
                    .credential(&credential.scope, credential.id)
                    .await
            {
                keeping.follow(&current);
            }
        }
    }

    async fn store_renewal(
        &self,
        attempt: &Attempt<'_>,
        renewal: &Renewal,
        keeping: &mut Keeping,
    ) -> Result<bool, ConnectionError> {
        let change = CredentialChange {
            expected: attempt.generation(),
            secret: self.keep(keeping).await?,
            clocks: renewal.clocks,
        };
        let event = attempt.event(AuditKind::CredentialRefreshed, OutcomeClass::Ok, self.now());
        Ok(self
            .ports
            .refreshes
            .complete(&attempt.lease, change, event)
            .await?)
    }

    /// A definite verdict. Before it is believed the row is looked at once more: somebody may have been faster.
    async fn condemn(&self, attempt: &Attempt<'_>, outcome: Outcome) -> Result<(), RefreshFailure> {
        let now = self.now();
        let class = outcome.class;
        let retry_at = outcome.retry_at.unwrap_or(now + pace::REFUSED);
        let event = attempt.event(AuditKind::CredentialRefused, class, now);
        let condemned = self
            .ports
            .refreshes
            .condemn(&attempt.lease, attempt.generation(), class, retry_at, event)
            .await?;
        if condemned {
            tracing::warn!(
                event = events::REFRESH_REFUSED,
                credential = %attempt.refresh.credential.id,
                %class,
                "the marketplace refused to renew the tokens of a connection"
            );
            return Err(RefreshFailure::Refused { class, retry_at });
        }
        self.lost(attempt);
        match self.stored_generation(&attempt.refresh.credential).await? {
            Some(newer) if newer > attempt.generation() => Ok(()),
            Some(_) => Err(RefreshFailure::hiccup(now)),
            None => Err(RefreshFailure::Gone),
        }
    }
}

/// Whether what could not be stored may be stored later: while the lease lasts, an operator may mend a permission, too.
const fn may_pass(error: &ConnectionError) -> bool {
    match error {
        ConnectionError::Changed | ConnectionError::Secret(SecretStoreError::Outside { .. }) => {
            true
        }
        ConnectionError::Secret(error) => error.is_transient(),
        ConnectionError::Storage(error) => error.is_transient(),
        _ => false,
    }
}
