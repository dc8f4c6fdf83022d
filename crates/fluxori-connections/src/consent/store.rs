//! From a grant to connections: one credential, one connection an account, in one transaction.

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditKind, AuthType, Caller, Check, Clocks, Connection, ConnectionId, ConnectionStatus,
    Credential, CredentialId, Generation, OutcomeClass, SecretContext,
    ports::{Account, GrantedConnection, NewGrant, OAuthFlow, Renewal},
    telemetry::events,
};
use tokio::time::{Instant, sleep};

use super::callback::is_among;
use crate::{
    ConnectionError, Connections,
    create::usual_label,
    secrets::Keeping,
    service::{event, with_secret},
};

/// How long storing is tried while the database is away. The tokens exist only here.
const KEEP_FOR: std::time::Duration = std::time::Duration::from_mins(2);
const STORE_AGAIN: std::time::Duration = std::time::Duration::from_millis(250);

/// A grant, and whose it is.
pub(super) struct Identified {
    pub(super) tokens: Renewal,
    /// At least one.
    pub(super) accounts: Vec<Account>,
    /// What asking found out; `None` when it found out nothing.
    pub(super) outcome: Option<OutcomeClass>,
}

impl Connections {
    /// Stores a grant, however often others change the connections meanwhile, and for a while without a database.
    pub(super) async fn store_grant(
        &self,
        caller: &Caller,
        flow: &OAuthFlow,
        identified: &Identified,
        granted_at: DateTime<Utc>,
    ) -> Result<Vec<ConnectionId>, ConnectionError> {
        let context = SecretContext {
            organization: caller.scope.organization.clone(),
            credential: CredentialId::make(granted_at),
            marketplace: flow.marketplace,
            generation: Generation::FIRST,
        };
        let home = self.ports.secrets.home();
        let plaintext = identified.tokens.document.to_plaintext();
        let mut keeping = Keeping::first(&caller.scope, context, home, plaintext);
        let give_up = Instant::now() + KEEP_FOR;
        loop {
            let attempt = self.try_to_store(caller, flow, identified, (&mut keeping, granted_at));
            let error = match attempt.await {
                Ok(stored) => {
                    self.forget_orphans().await;
                    return Ok(stored);
                }
                Err(error) => error,
            };
            let again = error.is_transient()
                || matches!(
                    error,
                    ConnectionError::Changed | ConnectionError::AlreadyConnected { .. }
                );
            if !again || Instant::now() >= give_up {
                return Err(error);
            }
            tracing::warn!(
                event = events::CONSENT_WAITS,
                %error,
                "a fresh grant is not stored yet: trying again"
            );
            sleep(STORE_AGAIN).await;
        }
    }

    async fn try_to_store(
        &self,
        caller: &Caller,
        flow: &OAuthFlow,
        identified: &Identified,
        (keeping, granted_at): (&mut Keeping, DateTime<Utc>),
    ) -> Result<Vec<ConnectionId>, ConnectionError> {
        let now = self.now();
        let context = keeping.context().clone();
        let context = &context;
        let check = identified.outcome.map(|outcome| Check {
            at: granted_at,
            outcome,
        });
        let mut connections = Vec::with_capacity(identified.accounts.len());
        if let Some(id) = flow.reconnects {
            let connection = self.find(&caller.scope, id).await?;
            if !is_among(connection.account_id.as_ref(), &identified.accounts) {
                return Err(ConnectionError::OtherAccount);
            }
        }
        let mut newer = Vec::new();
        for (number, account) in identified.accounts.iter().enumerate() {
            if let Some(id) = self.newer_consent(caller, flow, account, context).await? {
                newer.push(id);
                continue;
            }
            let mut granted = self
                .granted(caller, flow, account, (context, check, now))
                .await?;
            if let GrantedConnection::New(connection, _) = &mut granted {
                connection.is_default = flow.make_default && number == 0;
                if let (Some(label), [_]) = (&flow.label, identified.accounts.as_slice()) {
                    connection.label = label.clone();
                }
            }
            connections.push(granted);
        }
        if connections.is_empty() {
            return Ok(newer);
        }
        let secret = self.keep(keeping).await?;
        let stored = self
            .ports
            .grants
            .store(NewGrant {
                credential: Credential {
                    id: context.credential,
                    scope: caller.scope.clone(),
                    marketplace: flow.marketplace,
                    auth_type: AuthType::OAuth,
                    generation: context.generation,
                    secret,
                    clocks: identified.tokens.clocks,
                },
                connections,
            })
            .await?;
        let mut ids: Vec<ConnectionId> = stored.iter().map(|connection| connection.id).collect();
        ids.extend(newer);
        // The one that was asked for comes first.
        if let Some(wanted) = flow.reconnects {
            ids.sort_by_key(|id| *id != wanted);
        }
        Ok(ids)
    }

    /// The connection of an account that a consent from after this one has renewed already. At Shopify that made the
    /// tokens of this one worthless.
    async fn newer_consent(
        &self,
        caller: &Caller,
        flow: &OAuthFlow,
        account: &Account,
        context: &SecretContext,
    ) -> Result<Option<ConnectionId>, ConnectionError> {
        let existing = self
            .ports
            .connections
            .find_account(&caller.scope, flow.marketplace, &account.id)
            .await?;
        let Some(id) = existing else {
            return Ok(None);
        };
        let connection = self.find(&caller.scope, id).await?;
        let is_newer = connection.credential_id.made_at() > context.credential.made_at();
        Ok(is_newer.then_some(id))
    }

    /// The connection of an account: the one that is there, or a new one.
    async fn granted(
        &self,
        caller: &Caller,
        flow: &OAuthFlow,
        account: &Account,
        (context, check, now): (&SecretContext, Option<Check>, DateTime<Utc>),
    ) -> Result<GrantedConnection, ConnectionError> {
        let existing = self
            .ports
            .connections
            .find_account(&caller.scope, flow.marketplace, &account.id)
            .await?;
        // A connection that was made without a test has no account yet; the one that is reconnected gets it now.
        let existing = match (existing, flow.reconnects) {
            (None, Some(id)) => {
                let connection = self.find(&caller.scope, id).await?;
                connection.account_id.is_none().then_some(id)
            }
            (existing, _) => existing,
        };
        let outcome = check.map(|check| check.outcome);
        let Some(id) = existing else {
            let connection = new_connection(caller, flow, account, (context, check, now));
            let event = event(caller, &connection, AuditKind::Created, now);
            let event = with_secret(event, context.generation, outcome);
            return Ok(GrantedConnection::New(connection, event));
        };
        let mut connection = self.find(&caller.scope, id).await?;
        connection
            .confirm_account(
                account.id.clone(),
                account.name.clone(),
                account.details.clone(),
            )
            .map_err(|_| ConnectionError::OtherAccount)?;
        connection.auth_type = AuthType::OAuth;
        match check {
            Some(check) => connection.start_over(check),
            None => connection.status = ConnectionStatus::Pending,
        }
        connection.updated_at = now;
        let event = event(caller, &connection, AuditKind::Reauthorised, now);
        let event = with_secret(event, context.generation, outcome);
        Ok(GrantedConnection::Renewed(connection, event))
    }
}

fn new_connection(
    caller: &Caller,
    flow: &OAuthFlow,
    account: &Account,
    (context, check, now): (&SecretContext, Option<Check>, DateTime<Utc>),
) -> Connection {
    let mut connection = Connection {
        id: ConnectionId::make(now),
        scope: caller.scope.clone(),
        marketplace: flow.marketplace,
        auth_type: AuthType::OAuth,
        label: usual_label(flow.marketplace, account.name.as_deref()),
        account_id: Some(account.id.clone()),
        account_name: account.name.clone(),
        details: account.details.clone(),
        status: ConnectionStatus::Pending,
        last_check: None,
        last_sync: None,
        is_default: false,
        credential_id: context.credential,
        clocks: Clocks::default(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    if let Some(check) = check {
        connection.start_over(check);
    }
    connection
}
