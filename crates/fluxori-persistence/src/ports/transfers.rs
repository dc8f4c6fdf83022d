use async_trait::async_trait;
use fluxori_domain::ports::{StorageError, Transfer, TransferEnd, TransferRepository};

use crate::{Database, dispatch::transaction, failure::Failure};

#[async_trait]
impl TransferRepository for Database {
    async fn transfer(&self, transfer: Transfer) -> Result<TransferEnd, StorageError> {
        match transaction!(self, transfer::transfer(&transfer)) {
            Ok(()) => Ok(TransferEnd::Done),
            Err(Failure::Storage(StorageError::Duplicate { existing })) => {
                Ok(TransferEnd::Duplicate { existing })
            }
            Err(Failure::Storage(StorageError::Conflict)) => Ok(TransferEnd::Busy),
            // Somebody connected the account, or took up the credential, after we had looked.
            Err(failure) if failure.is_unique_violation() || failure.is_reference_violation() => {
                Ok(TransferEnd::Busy)
            }
            Err(failure) => Err(self.explain(failure)),
        }
    }
}
