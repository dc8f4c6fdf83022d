use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AuditKind, Caller, Connection, ConnectionId, ConnectionStatus, Credential, CredentialDocument,
    Marketplace, OutcomeClass, ServiceName, TenantScope,
    ports::{
        CredentialChange, StorageError, WebhookEvent, WebhookProblem, WebhookRequest, WebhookTopic,
    },
    telemetry::events,
};

use crate::{
    ConnectionError, Connections,
    service::{event, with_secret},
};

/// How long a delivery is remembered: longer than any marketplace repeats it.
pub(crate) const REMEMBERED_FOR: TimeDelta = TimeDelta::days(30);

/// How often a connection is read again because somebody else changed it meanwhile.
const ATTEMPTS: usize = 4;

/// Why a message of a marketplace was not acted upon.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// It is not the marketplace's, or not one that we understand.
    #[error(transparent)]
    Problem(#[from] WebhookProblem),
    /// The marketplace pushes no messages.
    #[error("this marketplace pushes no messages")]
    NotSupported,
    /// This side could not: the marketplace sends it again.
    #[error("a message of a marketplace could not be dealt with")]
    Failed(#[from] ConnectionError),
}

impl From<StorageError> for WebhookError {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.into())
    }
}

impl Connections {
    /// Deals with a message that a marketplace pushed to us. Messages come late, out of order and more than once.
    ///
    /// # Errors
    /// [`WebhookError`]. Dealing with it again does no harm.
    #[tracing::instrument(name = "connections.receive_webhook", skip_all)]
    pub async fn receive_webhook(
        &self,
        service: &ServiceName,
        marketplace: Marketplace,
        request: WebhookRequest<'_>,
    ) -> Result<(), WebhookError> {
        let client = self
            .ports
            .marketplaces
            .client(marketplace)
            .map_err(|_| WebhookError::NotSupported)?;
        let message = client
            .webhook(request)
            .ok_or(WebhookError::NotSupported)??;
        let webhooks = &self.ports.webhooks;
        if webhooks.is_known(marketplace, &message.id).await? {
            return Ok(());
        }
        for (scope, id) in webhooks
            .connections_of(marketplace, &message.account)
            .await?
        {
            let caller = Caller {
                scope,
                actor: None,
                service: service.clone(),
                request_id: None,
            };
            self.act_upon(&caller, id, &message).await?;
        }
        // Only now: a message that was dealt with by half comes again.
        webhooks
            .remember(marketplace, &message.id, self.now())
            .await?;
        Ok(())
    }

    async fn act_upon(
        &self,
        caller: &Caller,
        id: ConnectionId,
        message: &WebhookEvent,
    ) -> Result<(), ConnectionError> {
        match message.topic {
            WebhookTopic::CustomerData => Ok(()),
            WebhookTopic::Uninstalled => {
                for _ in 0..ATTEMPTS {
                    match self.cut_off(caller, id, message.triggered_at).await {
                        Err(ConnectionError::Changed) => {}
                        Err(ConnectionError::NotFound) => return Ok(()),
                        result => return result,
                    }
                }
                Err(ConnectionError::Changed)
            }
            WebhookTopic::EraseAccount => {
                if self
                    .is_authorised_since(&caller.scope, id, message.triggered_at)
                    .await?
                {
                    return Ok(());
                }
                match self.delete(caller, id, None, false).await {
                    Ok(_) | Err(ConnectionError::NotFound) => Ok(()),
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// The marketplace has made the tokens worthless: they are erased, and the connection says so.
    async fn cut_off(
        &self,
        caller: &Caller,
        id: ConnectionId,
        triggered_at: DateTime<Utc>,
    ) -> Result<(), ConnectionError> {
        let (mut connection, credential) = self.find_with_credential(&caller.scope, id).await?;
        if authorised_at(&connection, &credential) > triggered_at {
            tracing::info!(
                event = events::WEBHOOK_OUTDATED,
                connection = %id,
                "an uninstallation from before the latest consent is ignored"
            );
            return Ok(());
        }
        let now = self.now();
        let class = OutcomeClass::TenantDisconnected;
        connection.status = ConnectionStatus::Disconnected(class);
        connection.updated_at = now;
        let nothing = CredentialDocument::Tokens {
            access_token: None,
            refresh_token: None,
        };
        let change = CredentialChange {
            expected: credential.generation,
            secret: self.keep_next(&credential, &nothing).await?,
            clocks: fluxori_domain::Clocks::default(),
        };
        let event = event(caller, &connection, AuditKind::CredentialRefused, now);
        let event = with_secret(event, credential.generation.next(), Some(class));
        self.ports
            .connections
            .update(connection, Some(change), event)
            .await?;
        Ok(())
    }

    async fn is_authorised_since(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        then: DateTime<Utc>,
    ) -> Result<bool, ConnectionError> {
        match self.find_with_credential(scope, id).await {
            Ok((connection, credential)) => Ok(authorised_at(&connection, &credential) > then),
            Err(ConnectionError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// When the seller last agreed: each consent makes a credential of its own, whose id tells when.
fn authorised_at(connection: &Connection, credential: &Credential) -> DateTime<Utc> {
    credential.id.made_at().unwrap_or(connection.created_at)
}
