use diesel::result::{DatabaseErrorKind, Error as DriverError};
use fluxori_domain::ports::StorageError;

/// Why a query or transaction did not happen, before it is known what that means for the caller.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Already in the caller's words.
    Storage(StorageError),
    /// In the driver's words. What they mean differs between the databases: see their `dialect`.
    Driver(DriverError),
}

impl Failure {
    /// Whether a row with one of the new row's keys exists.
    pub(crate) const fn is_unique_violation(&self) -> bool {
        matches!(
            self,
            Self::Driver(DriverError::DatabaseError(
                DatabaseErrorKind::UniqueViolation,
                _
            ))
        )
    }

    /// Whether a row that was referred to is gone, or one that was removed is still referred to.
    pub(crate) const fn is_reference_violation(&self) -> bool {
        matches!(
            self,
            Self::Driver(DriverError::DatabaseError(
                DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation,
                _
            ))
        )
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        Self::Driver(error)
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}
