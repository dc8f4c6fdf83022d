//! What must stay, or must not come back, while a transaction stores something.

use diesel::{
    QueryDsl as _,
    dsl::{exists, select},
};
use fluxori_domain::{DataKeyId, MasterKeyId, OrganizationId, ports::StorageError};

use super::dual;
use crate::{failure::Failure, schema::retired_master_keys};

/// What a transaction does with a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MasterKeyLock {
    /// Stores something that it wraps.
    Wraps,
    /// Withdraws it.
    Withdraws,
}

/// What a transaction does with a data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataKeyLock {
    /// Stores something that it seals.
    Seals,
    /// Deletes it.
    Deletes,
}

dual! {
    /// Fails when a master key was withdrawn. It is not withdrawn until this transaction ends.
    fn require_master_key(connection, id: &MasterKeyId) -> Result<(), Failure> {
        wait!(dialect::lock_master_key(connection, id, MasterKeyLock::Wraps))?;
        let withdrawn = retired_master_keys::table.find(id.as_str());
        if wait!(select(exists(withdrawn)).get_result(connection))? {
            return Err(StorageError::WithdrawnKey { id: id.clone() }.into());
        }
        Ok(())
    }

    /// Fails when the data key that seals a value is gone. It stays until this transaction ends.
    fn require_data_key(
        connection,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<(), Failure> {
        let found = wait!(dialect::lock_data_key(connection, organization, id, DataKeyLock::Seals))?;
        found.map(|_| ()).ok_or_else(|| StorageError::Conflict.into())
    }
}
