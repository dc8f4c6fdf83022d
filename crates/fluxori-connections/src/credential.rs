use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AccountDetails, AccountId, AuditEvent, AuditKind, AuditSubject, Caller, ConnectionId,
    ConnectionStatus, Credential, CredentialDocument, CredentialId, Generation, Marketplace,
    OutcomeClass, Purpose,
    ports::{Candidates, CredentialRead, Selector},
};

use crate::{
    ConnectionError, Connections, ReadError,
    cache::Entry,
    refresh::{Refresh, RefreshFailure},
};

/// What an adapter asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRequest {
    /// Where.
    pub marketplace: Marketplace,
    /// Which connection.
    pub selector: Selector,
    /// What for.
    pub purpose: Option<Purpose>,
    /// How long the access token must be valid from now on; 20 minutes at most.
    pub minimum_validity: Duration,
}

/// A credential in the clear, which several readers may share.
#[derive(Debug)]
pub struct OpenedCredential {
    /// The connection.
    pub connection: ConnectionId,
    /// At which marketplace.
    pub marketplace: Marketplace,
    /// The pinned account.
    pub account_id: Option<AccountId>,
    /// What is known of the account.
    pub details: AccountDetails,
    /// The credential.
    pub credential: CredentialId,
    /// Which change of the credential this is.
    pub generation: Generation,
    /// The secret.
    pub document: CredentialDocument,
    /// Until when the access token works; `None` for keys and tokens without an end.
    pub valid_until: Option<DateTime<Utc>>,
    pub(crate) is_checked: AtomicBool,
}

/// A credential in the clear, fit for use now.
#[derive(Debug)]
pub struct LiveCredential {
    opened: Arc<OpenedCredential>,
    /// When it was asked for.
    pub read_at: DateTime<Utc>,
}

impl Deref for LiveCredential {
    type Target = OpenedCredential;

    fn deref(&self) -> &OpenedCredential {
        &self.opened
    }
}

impl OpenedCredential {
    fn new(read: CredentialRead, document: CredentialDocument) -> Self {
        Self {
            connection: read.connection,
            marketplace: read.credential.marketplace,
            account_id: read.account_id,
            details: read.details,
            credential: read.credential.id,
            generation: read.credential.generation,
            valid_until: read.credential.clocks.access_expires_at,
            document,
            is_checked: AtomicBool::new(false),
        }
    }

    /// Runs a reader's check of the credential, unless it has succeeded for a reader before.
    ///
    /// # Errors
    /// Those of the check.
    pub fn check_once<E>(&self, check: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        if !self.is_checked.load(Ordering::Acquire) {
            check()?;
            self.is_checked.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Whether the access token, if there is one, works for so long from now on.
    pub(crate) fn lasts(&self, now: DateTime<Utc>, wanted: TimeDelta) -> bool {
        lasts(self.valid_until, now, wanted)
    }

    /// The event that tells of a read.
    pub(crate) fn read_event(
        &self,
        caller: &Caller,
        purpose: Option<Purpose>,
        now: DateTime<Utc>,
    ) -> AuditEvent {
        let subject = (self.connection, self.marketplace);
        AuditEvent {
            purpose,
            ..read_event(caller, subject, self.generation, now)
        }
    }
}

/// The longest validity that can be asked for: less than the shortest life of an access token (Xero, 30 minutes), so that
/// a fresh one is always good enough.
const LONGEST_VALIDITY: TimeDelta = TimeDelta::minutes(20);

/// How often a row is read again because somebody else changed it meanwhile.
const ATTEMPTS: usize = 4;

impl Connections {
    /// Hands out a credential, and leaves an audit event. Tokens that run out too soon are renewed first.
    ///
    /// # Errors
    /// [`ReadError`], by what has to happen next.
    pub async fn read_credential(
        &self,
        caller: &Caller,
        request: ReadRequest,
    ) -> Result<LiveCredential, ReadError> {
        let marketplace = request.marketplace;
        let read = self.find_live(caller, request).await;
        self.meters.read(marketplace, &read);
        read
    }

    async fn find_live(
        &self,
        caller: &Caller,
        request: ReadRequest,
    ) -> Result<LiveCredential, ReadError> {
        let asked = TimeDelta::from_std(request.minimum_validity)
            .unwrap_or(LONGEST_VALIDITY)
            .min(LONGEST_VALIDITY);
        if let Some(live) = self.find_in_memory(caller, &request, asked).await? {
            return Ok(live);
        }
        let mut renewed = false;
        for _ in 0..ATTEMPTS {
            // Before the row is read: what changes afterwards must not go unseen.
            let mark = self
                .cache
                .as_ref()
                .and_then(|cache| cache.mark(&caller.scope));
            let read = self.find_readable(caller, &request).await?;
            let document = match self.open(&read.credential).await {
                Err(ConnectionError::Changed) => continue,
                result => result?,
            };
            let now = self.now();
            let wanted = if renewed { TimeDelta::zero() } else { asked };
            if is_valid(&read.credential, &document, now, wanted) {
                let opened = Arc::new(OpenedCredential::new(read, document));
                if let (Some(cache), Some(mark)) = (&self.cache, mark) {
                    let entry = Entry::new(Arc::clone(&opened), now, mark);
                    cache.keep(&caller.scope, &request, entry);
                }
                let event = opened.read_event(caller, request.purpose, now);
                self.ports.read_audit.record(event).await?;
                return Ok(LiveCredential {
                    opened,
                    read_at: now,
                });
            }
            let refresh = Refresh {
                event: read_event(
                    caller,
                    (read.connection, read.credential.marketplace),
                    read.credential.generation,
                    now,
                ),
                details: read.details.clone(),
                credential: read.credential.clone(),
                ignore_cool_down: false,
            };
            let refreshed = self.refresh(refresh).await;
            self.changed(&caller.scope);
            match refreshed {
                Ok(()) => renewed = true,
                // Nothing that could be renewed: the seller has to bring a token.
                Err(RefreshFailure::Gone) if !renewed => {
                    if self.is_unchanged(&read).await? {
                        return Err(ReadError::NoValidToken {
                            connection: read.connection,
                            expires_at: read.credential.clocks.access_expires_at,
                        });
                    }
                }
                Err(failure) => return Err(read_failure(read.connection, failure)),
            }
        }
        Err(ReadError::Waiting {
            class: OutcomeClass::Transient,
            retry_at: self.now() + TimeDelta::seconds(1),
        })
    }

    /// What is kept in memory for this request, if it is good for so long. It leaves its audit event like any other read.
    async fn find_in_memory(
        &self,
        caller: &Caller,
        request: &ReadRequest,
        wanted: TimeDelta,
    ) -> Result<Option<LiveCredential>, ReadError> {
        let now = self.now();
        let entry = self
            .cache
            .as_ref()
            .and_then(|cache| cache.find(&caller.scope, request, now))
            .filter(|entry| entry.lasts(now, wanted));
        let Some(entry) = entry else {
            return Ok(None);
        };
        // Nothing else here ever waits: a caller in a loop would keep its thread for itself.
        tokio::task::coop::consume_budget().await;
        if let Some(tally) = entry.tally(caller, request.purpose.as_ref()) {
            self.ports.read_audit.count(&tally, now).await?;
        } else {
            let purpose = request.purpose.clone();
            let event = entry.opened().read_event(caller, purpose, now);
            self.ports.read_audit.record(event).await?;
        }
        Ok(Some(LiveCredential {
            opened: Arc::clone(entry.opened()),
            read_at: now,
        }))
    }

    async fn find_readable(
        &self,
        caller: &Caller,
        request: &ReadRequest,
    ) -> Result<CredentialRead, ReadError> {
        let candidates = self
            .ports
            .connections
            .read_credential(&caller.scope, request.marketplace, &request.selector)
            .await?;
        let read = match candidates {
            Candidates::None => return Err(ReadError::NoSuchConnection),
            Candidates::Several => return Err(ReadError::Ambiguous),
            Candidates::One(read) => *read,
        };
        if read.status.needs_seller() {
            return Err(ReadError::NeedsSeller {
                connection: read.connection,
                status: read.status,
            });
        }
        Ok(read)
    }

    async fn is_unchanged(&self, read: &CredentialRead) -> Result<bool, ReadError> {
        let stored = self
            .ports
            .refreshes
            .credential(&read.credential.scope, read.credential.id)
            .await?;
        Ok(stored.is_some_and(|stored| stored.generation == read.credential.generation))
    }
}

/// Whether a credential works for long enough. Static keys and tokens without an end always do.
pub(crate) fn is_valid(
    credential: &Credential,
    document: &CredentialDocument,
    now: DateTime<Utc>,
    wanted: TimeDelta,
) -> bool {
    let present = match document {
        CredentialDocument::ApiKey { .. } => true,
        CredentialDocument::Tokens { access_token, .. } => access_token.is_some(),
    };
    present && lasts(credential.clocks.access_expires_at, now, wanted)
}

fn lasts(ends: Option<DateTime<Utc>>, now: DateTime<Utc>, wanted: TimeDelta) -> bool {
    ends.is_none_or(|end| end > now && end - now >= wanted)
}

fn read_failure(connection: ConnectionId, failure: RefreshFailure) -> ReadError {
    match failure {
        RefreshFailure::Refused { class, retry_at } => {
            let status = ConnectionStatus::Connected.after(class);
            if status.needs_seller() {
                ReadError::NeedsSeller { connection, status }
            } else {
                ReadError::Refused {
                    connection,
                    class,
                    retry_at,
                }
            }
        }
        RefreshFailure::Later { class, retry_at } => ReadError::Waiting { class, retry_at },
        RefreshFailure::Incident { retry_at } => ReadError::Waiting {
            class: OutcomeClass::AppConfig,
            retry_at,
        },
        RefreshFailure::Gone => ReadError::NoSuchConnection,
        RefreshFailure::Internal(cause) => ReadError::from_shared(cause),
    }
}

fn read_event(
    caller: &Caller,
    (connection, marketplace): (ConnectionId, Marketplace),
    generation: Generation,
    now: DateTime<Utc>,
) -> AuditEvent {
    AuditEvent {
        generation: Some(generation),
        actor: caller.actor.clone(),
        request_id: caller.request_id.clone(),
        ..AuditEvent::new(
            AuditKind::CredentialRead,
            AuditSubject {
                scope: &caller.scope,
                connection,
                marketplace,
            },
            &caller.service,
            now,
        )
    }
}
