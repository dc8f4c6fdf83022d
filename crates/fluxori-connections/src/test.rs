use std::time::Duration;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditKind, Caller, Check, Connection, ConnectionId, Credential, Generation, Outcome,
    OutcomeClass, TenantScope, TransitionError,
    ports::{CredentialChange, RateHeadroom, StorageError, TestReport, TestSubject},
};

use crate::{
    ConnectionError, Connections,
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

impl Connections {
    /// Tests a connection at its marketplace and records the result.
    ///
    /// A bad result is not an error: it is in the answer, and in the connection's status where it is a verdict.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`]; [`ConnectionError::ChoiceRequired`] and [`ConnectionError::AlreadyConnected`] when
    /// the account becomes known only now and cannot be pinned; those of the secret store and the database.
    pub async fn test(&self, caller: &Caller, id: ConnectionId) -> Result<Tested, ConnectionError> {
        let (connection, credential) = self.find_with_credential(&caller.scope, id).await?;
        let document = self.open(&credential).await?;
        let at = self.now();
        let subject = TestSubject {
            auth_type: connection.auth_type,
            document: &document,
            details: &connection.details,
        };
        let client = self.ports.marketplaces.client(connection.marketplace)?;
        let mut report = client.test(subject).await;
        let mut summary = TestSummary::of(&report, at);
        let renewal = match report.renewal.take() {
            Some(renewal) => Some(self.renewed(&credential, renewal).await?),
            None => None,
        };
        if report.account.as_ref().is_some_and(|account| {
            connection
                .account_id
                .as_ref()
                .is_some_and(|pinned| *pinned != account.id)
        }) {
            report.account = None;
            report.outcome = OutcomeClass::ConfigError.into();
            summary.outcome = report.outcome;
        }
        let connection = self
            .record(
                caller,
                (connection, credential.generation),
                &report,
                renewal,
                &summary,
            )
            .await?;
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

    async fn renewed(
        &self,
        credential: &Credential,
        renewal: fluxori_domain::ports::Renewal,
    ) -> Result<CredentialChange, ConnectionError> {
        let mut context = credential.secret_context();
        context.generation = credential.generation.next();
        Ok(CredentialChange {
            expected: credential.generation,
            secret: self.seal(&context, &renewal.document).await?,
            clocks: renewal.clocks,
        })
    }

    /// Stores the result. Somebody else's rename is no reason to lose it; a replaced secret is.
    async fn record(
        &self,
        caller: &Caller,
        (mut connection, tested): (Connection, Generation),
        report: &TestReport,
        renewal: Option<CredentialChange>,
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
                tracing::info!(connection = %connection.id, %stale, "a test result came too late");
                return Ok(connection);
            }
            if let Some(account) = report.account.clone() {
                match changed.confirm_account(account.id, account.name, account.details) {
                    Ok(()) => {}
                    Err(TransitionError::OtherAccount) => {
                        return Err(ConnectionError::OtherAccount);
                    }
                    Err(stale) => {
                        tracing::warn!(connection = %connection.id, %stale, "account not confirmed");
                    }
                }
            }
            let now = self.now();
            changed.updated_at = now;
            let change = renewal.as_ref().map(|change| CredentialChange {
                expected: change.expected,
                secret: change.secret.clone(),
                clocks: change.clocks,
            });
            let generation = if change.is_some() {
                tested.next()
            } else {
                tested
            };
            let event = with_secret(
                event(caller, &changed, AuditKind::Tested, now),
                generation,
                Some(check.outcome),
            );
            match self.ports.connections.update(changed, change, event).await {
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
