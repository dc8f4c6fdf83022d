use fluxori_domain::{
    AuditKind, Caller, Check, Connection, ConnectionId, CredentialForm, FieldProblem,
    ports::CredentialChange,
};

use crate::{
    ConnectionError, Connections, TestSummary,
    change::require_version,
    service::{event, with_secret},
};

/// A new secret for an existing connection.
#[derive(Debug)]
pub struct ReplaceRequest {
    /// The filled-in form. Fields that the connection already determines may be left out.
    pub form: CredentialForm,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
}

impl Connections {
    /// Replaces the secret of a connection: tests the new one, makes sure that it is of the same account, then swaps.
    /// Until the swap, and whenever anything fails, the old one stays in force.
    ///
    /// # Errors
    /// Those of [`Connections::create`], and [`ConnectionError::OtherAccount`] when the new secret is of another account.
    #[tracing::instrument(name = "connections.replace", skip_all)]
    pub async fn replace(
        &self,
        caller: &Caller,
        id: ConnectionId,
        request: ReplaceRequest,
    ) -> Result<(Connection, TestSummary, Vec<FieldProblem>), ConnectionError> {
        let (mut connection, credential) = self.find_with_credential(&caller.scope, id).await?;
        require_version(&connection, request.expected_version)?;

        let marketplaces = &self.ports.marketplaces;
        let known = marketplaces
            .client(connection.marketplace)?
            .known_fields(&connection.details);
        let form = request.form.with_known(known);
        let mut submission =
            marketplaces.parse(connection.marketplace, connection.auth_type, &form)?;
        if let (Some(pinned), Some(claimed)) = (&connection.account_id, &submission.account_id)
            && pinned != claimed
        {
            return Err(ConnectionError::OtherAccount);
        }
        let test = self
            .confirm(
                connection.marketplace,
                connection.auth_type,
                &mut submission,
            )
            .await?;

        match submission.account_id {
            Some(account) => connection
                .confirm_account(account, test.account_name.clone(), submission.details)
                .map_err(|_| ConnectionError::OtherAccount)?,
            None => connection.details = submission.details,
        }
        let now = self.now();
        connection.start_over(Check {
            at: test.at,
            outcome: test.outcome.class,
        });
        connection.updated_at = now;

        let change = CredentialChange {
            expected: credential.generation,
            secret: self.keep_next(&credential, &submission.document).await?,
            clocks: submission.clocks,
        };
        let event = with_secret(
            event(caller, &connection, AuditKind::CredentialReplaced, now),
            credential.generation.next(),
            Some(test.outcome.class),
        );
        let updated = self
            .ports
            .connections
            .update(connection, Some(change), event)
            .await;
        self.changed(&caller.scope);
        let connection = updated?;
        Ok((connection, test, submission.warnings))
    }
}
