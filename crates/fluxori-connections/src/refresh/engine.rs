use fluxori_domain::{
    AccountDetails, AuditEvent, Credential, CredentialDocument, Generation, OutcomeClass,
    RefreshToken, SecretHash,
    ports::{Admission, Begun, MarketplaceClient, RefreshIntent},
};
use ring::digest;
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::{Pace, RefreshFailure, pace, spend::Attempt};
use crate::{ConnectionError, Connections, observed::LeaseEvent};

/// What is to be refreshed, and what the audit trail is told.
#[derive(Debug, Clone)]
pub(crate) struct Refresh {
    /// The credential as the caller read it. Anything newer in the row will do.
    pub(crate) credential: Credential,
    /// The account, which the marketplace's client needs to know.
    pub(crate) details: AccountDetails,
    /// What is written when it succeeds; its kind, generation, outcome and time are filled in.
    pub(crate) event: AuditEvent,
    /// Whether to try although it failed a moment ago.
    pub(crate) ignore_cool_down: bool,
}

impl Connections {
    /// Returns when the row holds a newer generation than the one given: bought here, or by somebody else.
    pub(crate) async fn refresh(&self, refresh: Refresh) -> Result<(), RefreshFailure> {
        let key = (refresh.credential.id, refresh.credential.generation);
        let flights = self.flights.clone();
        let this = self.clone();
        let landed = flights
            .join(key.0, key.1, || async move { this.fly(refresh).await })
            .await;
        landed.unwrap_or_else(|| Err(RefreshFailure::hiccup(self.now())))
    }

    /// The same for somebody who waits for an answer, which does not wait for the lease of a process that has died. The
    /// flight goes on by itself.
    pub(crate) async fn refresh_in_time(&self, refresh: Refresh) -> Result<(), RefreshFailure> {
        let Pace {
            lease,
            answer_within,
        } = self.pace;
        let in_time = timeout(answer_within, self.refresh(refresh)).await;
        in_time.unwrap_or_else(|_| {
            Err(RefreshFailure::Later {
                class: OutcomeClass::Transient,
                retry_at: self.now() + lease.saturating_sub(answer_within),
            })
        })
    }

    /// One flight: waits for the lease, or for whoever has it to be done, and spends the grant.
    #[tracing::instrument(name = "connections.refresh", skip_all)]
    async fn fly(&self, refresh: Refresh) -> Result<(), RefreshFailure> {
        let marketplace = refresh.credential.marketplace;
        let client = self.ports.marketplaces.client(marketplace)?;
        if let Some(retry_at) = self.incidents.resting_until(marketplace, self.now()) {
            return Err(RefreshFailure::Incident { retry_at });
        }
        // First of all: at a marketplace that is down a refresh costs nothing more than this.
        let mut admission = self.admit(client, &refresh.details).await?;
        let document = match self.open(&refresh.credential).await {
            Ok(document) => document,
            Err(ConnectionError::Changed) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        if !client.is_refreshable(refresh.credential.auth_type, &document) {
            return Err(RefreshFailure::Gone);
        }
        // What is bought must be stored, and Google cannot be asked to take part in a transaction.
        let held = &refresh.credential;
        self.make_ready(&held.scope.organization, Some(&held.secret))
            .await?;
        let give_up = Instant::now() + pace::PATIENCE;
        loop {
            let intent = RefreshIntent {
                scope: refresh.credential.scope.clone(),
                credential: refresh.credential.id,
                generation: refresh.credential.generation,
                token: hash_of_grant(&document),
                owner: Uuid::new_v4(),
                lease_for: self.pace.lease,
                ignore_cool_down: refresh.ignore_cool_down,
                at: self.now(),
            };
            let asked_at = Instant::now();
            match self.ports.refreshes.begin(intent).await? {
                Begun::Leased {
                    lease,
                    first_spent_at,
                    failures,
                } => {
                    let _held = self.meters.hold(marketplace);
                    let attempt = Attempt {
                        refresh: &refresh,
                        document: &document,
                        lease,
                        ends_at: asked_at + self.pace.lease.saturating_sub(pace::LEASE_MARGIN),
                        first_spent_at,
                        failures,
                        admission,
                    };
                    let spent = self.spend(client, attempt).await;
                    self.meters.refreshed(marketplace, &spent);
                    return spent;
                }
                Begun::Moved => {
                    return match self.stored_generation(&refresh.credential).await? {
                        Some(newer) if newer > refresh.credential.generation => Ok(()),
                        _ => Err(RefreshFailure::Gone),
                    };
                }
                Begun::CoolingDown { until, class } => {
                    return Err(if class.is_transient() {
                        RefreshFailure::Later {
                            class,
                            retry_at: until,
                        }
                    } else if class == OutcomeClass::AppConfig {
                        RefreshFailure::Incident { retry_at: until }
                    } else {
                        RefreshFailure::Refused {
                            class,
                            retry_at: until,
                        }
                    });
                }
                Begun::Busy => {
                    drop(admission);
                    self.meters.lease(marketplace, LeaseEvent::Contended);
                    self.wait_for_holder(&refresh.credential, give_up).await?;
                    admission = self.admit(client, &refresh.details).await?;
                }
            }
        }
    }

    /// Leave to call the marketplace. It is asked for before the lease is taken and the intent written: a token that may be
    /// spent does not stand in line, and a marketplace that is known to fail costs no credential an attempt.
    async fn admit(
        &self,
        client: &dyn MarketplaceClient,
        details: &AccountDetails,
    ) -> Result<Admission, RefreshFailure> {
        let admitted = client.admit_refresh(details).await;
        admitted.map_err(|outcome| RefreshFailure::later(outcome, self.now()))
    }

    /// Returns when the holder of the lease is done or dead; what that means, the next attempt to begin finds out.
    async fn wait_for_holder(
        &self,
        credential: &Credential,
        give_up: Instant,
    ) -> Result<(), RefreshFailure> {
        for looks in 0_u32.. {
            sleep(pace::look(looks)).await;
            let now = self.now();
            let progress = self
                .ports
                .refreshes
                .progress(&credential.scope, credential.id, now)
                .await?;
            let Some(progress) = progress else {
                return Err(RefreshFailure::Gone);
            };
            if !progress.is_leased || progress.generation != credential.generation {
                return Ok(());
            }
            if Instant::now() >= give_up {
                break;
            }
        }
        Err(RefreshFailure::hiccup(self.now()))
    }

    pub(super) async fn stored_generation(
        &self,
        credential: &Credential,
    ) -> Result<Option<Generation>, RefreshFailure> {
        let stored = self
            .ports
            .refreshes
            .credential(&credential.scope, credential.id)
            .await?;
        Ok(stored.map(|stored| stored.generation))
    }
}

/// Recognises the token that is about to be spent, without saying it.
fn hash_of_grant(document: &CredentialDocument) -> SecretHash {
    let grant: &str = match document {
        CredentialDocument::Tokens {
            refresh_token: Some(token),
            ..
        } => exposed(token),
        CredentialDocument::Tokens {
            access_token: Some(token),
            ..
        } =>
        {
            #[expect(clippy::disallowed_methods, reason = "EXPOSE: only its hash is kept")]
            token.expose_secret()
        }
        CredentialDocument::Tokens { .. } | CredentialDocument::ApiKey { .. } => "",
    };
    let hash = digest::digest(&digest::SHA256, grant.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.as_ref());
    SecretHash(bytes)
}

#[expect(clippy::disallowed_methods, reason = "EXPOSE: only its hash is kept")]
fn exposed(token: &RefreshToken) -> &str {
    token.expose_secret()
}
