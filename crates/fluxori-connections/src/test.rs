use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AuditKind, Caller, Check, Connection, ConnectionId, Credential, Generation, Outcome,
    OutcomeClass, TenantScope, TransitionError,
    ports::{RateHeadroom, StorageError, TestReport, TestSubject},
    telemetry::events,
};

use crate::{
    ConnectionError, Connections,
    credential::is_valid,
    refresh::{Refresh, RefreshFailure},
    service::{event, with_secret},
};

/// How often the result of a test is stored anew when somebody else changes the row meanwhile.
const ATTEMPTS: usize = 4;

/// What a test found out, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSummary {
    /// When it began.
    pub at: DateTime<Utc>,
    /// What the answer means.
    pub outcome: Outcome,
    /// The account's name as the marketplace reported it.
    pub account_name: Option<String>,
    /// From the first byte sent to the last byte read.
    pub latency: Duration,
    /// How many more calls the marketplace allows, where it says so.
    pub rate: Option<RateHeadroom>,
}

impl TestSummary {
    pub(crate) fn of(report: &TestReport, at: DateTime<Utc>) -> Self {
        Self {
            at,
            outcome: report.outcome,
            account_name: report
                .account
                .as_ref()
                .and_then(|account| account.name.clone()),
            latency: report.latency,
            rate: report.rate,
        }
    }
}

/// A connection that was tested.
#[derive(Debug)]
pub struct Tested {
    /// The connection with the result, unless somebody replaced its secret or deleted it meanwhile.
    pub connection: Connection,
    /// The result.
    pub test: TestSummary,
}

/// A token that lives for less is renewed before a test.
const FRESH_ENOUGH: TimeDelta = TimeDelta::minutes(1);

impl Connections {
    /// Tests a connection at its marketplace and records the result. Tokens that have run out, or that the marketplace no
    /// longer likes, are renewed first; only what it says to fresh ones counts. Where that takes longer than half a minute,
    /// nothing was learnt, and the result says when to come back.
    ///
    /// A bad result is not an error: it is in the answer, and in the connection's status where it is a verdict.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`]; [`ConnectionError::ChoiceRequired`] and [`ConnectionError::AlreadyConnected`] when
    /// the account becomes known only now and cannot be pinned; those of the secret store and the database.
    #[tracing::instrument(name = "connections.test", skip_all)]
    pub async fn test(&self, caller: &Caller, id: ConnectionId) -> Result<Tested, ConnectionError> {
        self.test_anew(caller, id, false).await
    }

    /// The same; with `refused`, the present tokens are known not to work.
    pub(crate) async fn test_anew(
        &self,
        caller: &Caller,
        id: ConnectionId,
        refused: bool,
    ) -> Result<Tested, ConnectionError> {
        let at = self.now();
        let (mut connection, mut credential) = self.find_with_credential(&caller.scope, id).await?;
        let mut document = self.open(&credential).await?;
        let mut renew = refused || !is_valid(&credential, &document, at, FRESH_ENOUGH);
        let mut is_fresh = false;
        let mut report = loop {
            if renew {
                match self
                    .renew_for_test(caller, &connection, &credential)
                    .await?
                {
                    Renewed::Yes => {
                        (connection, credential) =
                            self.find_with_credential(&caller.scope, id).await?;
                        document = self.open(&credential).await?;
                        is_fresh = true;
                    }
                    Renewed::NotPossible => is_fresh = true,
                    Renewed::Refused(outcome) => break report_of(outcome),
                }
            }
            let subject = TestSubject {
                auth_type: connection.auth_type,
                document: &document,
                details: &connection.details,
                is_fresh,
            };
            let client = self.ports.marketplaces.client(connection.marketplace)?;
            let report = client.test(subject).await;
            if !report.stale_token || is_fresh {
                break report;
            }
            renew = true;
        };
        let summary = judge(&connection, &mut report, at);
        let tested = (connection, credential.generation);
        let recorded = self.record(caller, tested, &report, &summary).await;
        self.changed(&caller.scope);
        let connection = recorded?;
        if !report.choices.is_empty() {
            return Err(ConnectionError::ChoiceRequired {
                choices: report.choices,
            });
        }
        Ok(Tested {
            connection,
            test: summary,
        })
    }

    async fn renew_for_test(
        &self,
        caller: &Caller,
        connection: &Connection,
        credential: &Credential,
    ) -> Result<Renewed, ConnectionError> {
        let refresh = Refresh {
            credential: credential.clone(),
            details: connection.details.clone(),
            event: event(
                caller,
                connection,
                AuditKind::CredentialRefreshed,
                self.now(),
            ),
            ignore_cool_down: true,
        };
        match self.refresh_in_time(refresh).await {
            Ok(()) => Ok(Renewed::Yes),
            Err(RefreshFailure::Internal(error)) => Err(ConnectionError::Refresh(error)),
            Err(failure) => Ok(failure
                .outcome()
                .map_or(Renewed::NotPossible, Renewed::Refused)),
        }
    }

    pub(crate) async fn find_with_credential(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> Result<(Connection, Credential), ConnectionError> {
        let found = self
            .ports
            .connections
            .find_with_credential(scope, id)
            .await?;
        found.ok_or(ConnectionError::NotFound)
    }

    /// Stores the result. Somebody else's rename is no reason to lose it; a replaced secret is.
    async fn record(
        &self,
        caller: &Caller,
        (mut connection, tested): (Connection, Generation),
        report: &TestReport,
        summary: &TestSummary,
    ) -> Result<Connection, ConnectionError> {
        let check = Check {
            at: summary.at,
            outcome: summary.outcome.class,
        };
        let mut current = tested;
        for _ in 0..ATTEMPTS {
            let mut changed = connection.clone();
            if let Err(stale) = changed.record_check(check, tested, current) {
                tracing::info!(
                    event = events::CONNECTION_TEST_OUTDATED,
                    connection = %connection.id,
                    %stale,
                    "a test result came too late"
                );
                return Ok(connection);
            }
            if let Some(account) = report.account.clone() {
                match changed.confirm_account(account.id, account.name, account.details) {
                    Ok(()) => {}
                    Err(TransitionError::OtherAccount) => {
                        return Err(ConnectionError::OtherAccount);
                    }
                    Err(stale) => {
                        tracing::warn!(
                            event = events::CONNECTION_NOT_CONFIRMED,
                            connection = %connection.id,
                            %stale,
                            "account not confirmed"
                        );
                    }
                }
            }
            let now = self.now();
            changed.updated_at = now;
            let event = with_secret(
                event(caller, &changed, AuditKind::Tested, now),
                tested,
                Some(check.outcome),
            );
            match self.ports.connections.update(changed, None, event).await {
                Err(StorageError::Conflict) => {
                    let (fresh, credential) = self
                        .find_with_credential(&caller.scope, connection.id)
                        .await?;
                    connection = fresh;
                    current = credential.generation;
                }
                result => return Ok(result?),
            }
        }
        Err(ConnectionError::Changed)
    }
}

/// A good answer about another account than the pinned one is not a good answer.
fn judge(connection: &Connection, report: &mut TestReport, at: DateTime<Utc>) -> TestSummary {
    let mut summary = TestSummary::of(report, at);
    let other = report.account.as_ref().is_some_and(|account| {
        connection
            .account_id
            .as_ref()
            .is_some_and(|pinned| *pinned != account.id)
    });
    if other {
        report.account = None;
        report.outcome = OutcomeClass::ConfigError.into();
        summary.outcome = report.outcome;
    }
    summary
}

/// Whether the tokens were renewed before a test.
enum Renewed {
    Yes,
    /// There is nothing to renew: what the marketplace says to these tokens counts.
    NotPossible,
    /// They could not be: that is the result.
    Refused(Outcome),
}

/// What is known when the tokens could not even be renewed.
const fn report_of(outcome: Outcome) -> TestReport {
    TestReport {
        outcome,
        stale_token: false,
        account: None,
        choices: Vec::new(),
        renewal: None,
        latency: Duration::ZERO,
        rate: None,
    }
}
