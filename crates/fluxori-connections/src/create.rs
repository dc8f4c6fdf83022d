use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AuditKind, AuthType, Caller, Check, Connection, ConnectionId, ConnectionStatus, Credential,
    CredentialForm, CredentialId, FieldProblem, Generation, IdempotencyKey, Label, Marketplace,
    OutcomeClass, SecretContext, Submission,
    ports::{Completion, NewConnection, Reservation, TestSubject},
    telemetry::events,
};

use crate::{
    ConnectionError, Connections, TestSummary,
    fingerprint::fingerprint,
    service::{event, with_secret},
};

/// Longer than any test takes, so that a live request never loses its reservation.
const RESERVED_FOR: TimeDelta = TimeDelta::minutes(2);
/// How long an answer can be asked for again.
const REMEMBERED_FOR: TimeDelta = TimeDelta::hours(24);

/// Whether the marketplace must confirm a credential before it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// It must.
    #[default]
    Require,
    /// The caller takes the risk: the connection begins as `pending`.
    Skip,
}

/// What a seller wants to connect.
#[derive(Debug)]
pub struct CreateRequest {
    /// Where.
    pub marketplace: Marketplace,
    /// In which way.
    pub auth_type: AuthType,
    /// The seller's name for it; the account's name when absent.
    pub label: Option<Label>,
    /// The filled-in form.
    pub form: CredentialForm,
    /// Whether to test first.
    pub verify: Verify,
    /// Whether it becomes the default of its marketplace. The first one does anyway.
    pub make_default: bool,
    /// The caller's name for this attempt.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A connection that was made.
#[derive(Debug)]
pub struct Created {
    /// The connection.
    pub connection: Connection,
    /// What the test found, unless it was skipped or this is a repeated answer.
    pub test: Option<TestSummary>,
    /// Things that look wrong but were not refused.
    pub warnings: Vec<FieldProblem>,
    /// Whether an earlier request with the same idempotency key made it.
    pub replayed: bool,
}

impl Connections {
    /// Makes a connection: checks the form, tests the credential, stores both together.
    ///
    /// # Errors
    /// Every [`ConnectionError`] that concerns forms, tests, duplicates and idempotency keys. Nothing is stored then.
    #[tracing::instrument(name = "connections.create", skip_all)]
    pub async fn create(
        &self,
        caller: &Caller,
        request: CreateRequest,
    ) -> Result<Created, ConnectionError> {
        let Some(key) = request.idempotency_key.clone() else {
            return self.create_once(caller, request).await;
        };
        let now = self.now();
        let reservation = self
            .ports
            .idempotency
            .reserve(
                &caller.scope,
                &key,
                fingerprint(&key, &request),
                now,
                now + RESERVED_FOR,
            )
            .await?;
        match reservation {
            Reservation::Fresh => {}
            Reservation::InFlight => return Err(ConnectionError::IdempotencyInFlight),
            Reservation::OtherRequest => return Err(ConnectionError::IdempotencyMismatch),
            Reservation::Done(id) => return self.replay(caller, id).await,
        }
        let result = self.create_once(caller, request).await;
        if result.is_err()
            && let Err(error) = self.ports.idempotency.release(&caller.scope, &key).await
        {
            tracing::warn!(
                event = events::IDEMPOTENCY_KEPT,
                %error,
                "an idempotency key stays reserved until it expires"
            );
        }
        result
    }

    async fn replay(&self, caller: &Caller, id: ConnectionId) -> Result<Created, ConnectionError> {
        let connection = self.find(&caller.scope, id).await?;
        Ok(Created {
            connection,
            test: None,
            warnings: Vec::new(),
            replayed: true,
        })
    }

    async fn create_once(
        &self,
        caller: &Caller,
        request: CreateRequest,
    ) -> Result<Created, ConnectionError> {
        let mut submission =
            self.ports
                .marketplaces
                .parse(request.marketplace, request.auth_type, &request.form)?;
        self.refuse_duplicate(caller, &request, &submission).await?;
        let test = match request.verify {
            Verify::Skip => None,
            Verify::Require => Some(
                self.confirm(request.marketplace, request.auth_type, &mut submission)
                    .await?,
            ),
        };
        // The account may be known only now.
        self.refuse_duplicate(caller, &request, &submission).await?;

        let warnings = std::mem::take(&mut submission.warnings);
        let new = self
            .new_connection(caller, request, submission, test.as_ref())
            .await?;
        let inserted = self.ports.connections.insert(new).await;
        self.changed(&caller.scope);
        let connection = inserted?;
        tracing::info!(
            event = events::CONNECTION_CREATED,
            connection = %connection.id,
            marketplace = %connection.marketplace,
            status = connection.status.name(),
            "connection created"
        );
        Ok(Created {
            connection,
            test,
            warnings,
            replayed: false,
        })
    }

    /// Saves the seller a test, and the marketplace a call. The unique index decides in the end.
    async fn refuse_duplicate(
        &self,
        caller: &Caller,
        request: &CreateRequest,
        submission: &Submission,
    ) -> Result<(), ConnectionError> {
        let Some(account) = &submission.account_id else {
            return Ok(());
        };
        let existing = self
            .ports
            .connections
            .find_account(&caller.scope, request.marketplace, account)
            .await?;
        existing.map_or(Ok(()), |existing| {
            Err(ConnectionError::AlreadyConnected { existing })
        })
    }

    /// Tests a submission and takes over what the test found out.
    pub(crate) async fn confirm(
        &self,
        marketplace: Marketplace,
        auth_type: AuthType,
        submission: &mut Submission,
    ) -> Result<TestSummary, ConnectionError> {
        let at = self.now();
        let subject = TestSubject {
            auth_type,
            document: &submission.document,
            details: &submission.details,
            is_fresh: false,
        };
        let report = self
            .ports
            .marketplaces
            .client(marketplace)?
            .test(subject)
            .await;
        let summary = TestSummary::of(&report, at);
        if report.outcome.class != OutcomeClass::Ok {
            return Err(ConnectionError::NotConfirmed {
                outcome: report.outcome,
            });
        }
        if !report.choices.is_empty() {
            return Err(ConnectionError::ChoiceRequired {
                choices: report.choices,
            });
        }
        if let Some(renewal) = report.renewal {
            submission.document = renewal.document;
            submission.clocks = renewal.clocks;
        }
        if let Some(account) = report.account {
            if submission
                .account_id
                .as_ref()
                .is_some_and(|claimed| *claimed != account.id)
            {
                return Err(ConnectionError::OtherAccount);
            }
            submission.account_id = Some(account.id);
            submission.details = account.details;
        }
        Ok(summary)
    }

    async fn new_connection(
        &self,
        caller: &Caller,
        request: CreateRequest,
        submission: Submission,
        test: Option<&TestSummary>,
    ) -> Result<NewConnection, ConnectionError> {
        let now = self.now();
        let CreateRequest {
            marketplace,
            auth_type,
            ..
        } = request;
        let context = SecretContext {
            organization: caller.scope.organization.clone(),
            credential: CredentialId::make(now),
            marketplace,
            generation: Generation::FIRST,
        };
        let secret = self
            .keep_first(&caller.scope, context.clone(), &submission.document)
            .await?;
        let account_name = test.and_then(|test| test.account_name.clone());
        let connection = Connection {
            id: ConnectionId::make(now),
            scope: caller.scope.clone(),
            marketplace,
            auth_type,
            label: request
                .label
                .unwrap_or_else(|| usual_label(marketplace, account_name.as_deref())),
            account_id: submission.account_id,
            account_name,
            details: submission.details,
            status: test.map_or(ConnectionStatus::Pending, |_| ConnectionStatus::Connected),
            last_check: test.map(|test| Check {
                at: test.at,
                outcome: test.outcome.class,
            }),
            last_sync: None,
            is_default: request.make_default,
            credential_id: context.credential,
            clocks: submission.clocks,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        Ok(NewConnection {
            event: with_secret(
                event(caller, &connection, AuditKind::Created, now),
                context.generation,
                test.map(|test| test.outcome.class),
            ),
            credential: Credential {
                id: context.credential,
                scope: caller.scope.clone(),
                marketplace,
                auth_type,
                generation: context.generation,
                secret,
                clocks: submission.clocks,
            },
            connection,
            completes: request.idempotency_key.map(|key| completion(key, now)),
        })
    }
}

fn completion(key: IdempotencyKey, now: DateTime<Utc>) -> Completion {
    Completion {
        key,
        expires_at: now + REMEMBERED_FOR,
    }
}

/// The account's name where it makes a label, the marketplace's otherwise.
pub(crate) fn usual_label(marketplace: Marketplace, account_name: Option<&str>) -> Label {
    account_name
        .and_then(|name| Label::new(name.trim()).ok())
        .unwrap_or_else(|| {
            Label::new(marketplace.display_name()).expect("names of marketplaces are labels")
        })
}
