use fluxori_domain::{AuditKind, Caller, Connection, ConnectionId, Label};

use crate::{ConnectionError, Connections, service::event};

/// What a seller wants to change. Absent means: leave it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeRequest {
    /// A new name.
    pub label: Option<Label>,
    /// Make it the default of its marketplace, or stop it being that.
    pub is_default: Option<bool>,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
}

impl Connections {
    /// Renames a connection or moves the default.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`]; [`ConnectionError::Changed`] when the caller saw another version.
    #[tracing::instrument(name = "connections.change", skip_all)]
    pub async fn change(
        &self,
        caller: &Caller,
        id: ConnectionId,
        request: ChangeRequest,
    ) -> Result<Connection, ConnectionError> {
        let mut connection = self.find(&caller.scope, id).await?;
        require_version(&connection, request.expected_version)?;
        let before = (connection.label.clone(), connection.is_default);
        if let Some(label) = request.label {
            connection.label = label;
        }
        if let Some(is_default) = request.is_default {
            connection.is_default = is_default;
        }
        if before == (connection.label.clone(), connection.is_default) {
            return Ok(connection);
        }
        let now = self.now();
        connection.updated_at = now;
        let event = event(caller, &connection, AuditKind::Changed, now);
        let updated = self.ports.connections.update(connection, None, event).await;
        self.changed(&caller.scope);
        Ok(updated?)
    }
}

/// Refuses to change a connection that is not the one the caller saw.
pub(crate) fn require_version(
    connection: &Connection,
    expected: Option<i64>,
) -> Result<(), ConnectionError> {
    match expected {
        Some(expected) if expected != connection.version => Err(ConnectionError::Changed),
        _ => Ok(()),
    }
}
