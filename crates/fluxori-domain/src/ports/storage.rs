use crate::{ConnectionId, MasterKeyId};

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The same account is already connected.
    #[error("the account is already connected as {existing}")]
    Duplicate {
        /// The live connection of that account.
        existing: ConnectionId,
    },
    /// Somebody changed or deleted the row since it was read.
    #[error("the row was changed or deleted by somebody else")]
    Conflict,
    /// The master key that wraps the new data key was withdrawn: nothing may need it any more.
    #[error("the master key {id} was withdrawn by `fluxori-server keys retire`; use another one")]
    WithdrawnKey {
        /// That master key.
        id: MasterKeyId,
    },
    /// The database cannot be reached, is locked, full or shutting down. Trying again later may work.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row holds something that this program never writes.
    #[error("inconsistent data in {table}.{column} of row {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The primary key.
        row: String,
    },
    /// The database refused a statement: a defect of this program or a foreign schema.
    #[error("the database refused a statement")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StorageError {
    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
