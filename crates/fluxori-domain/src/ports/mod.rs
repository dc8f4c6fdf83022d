//! What the use cases need from the world. Other crates fill these in; nothing here does I/O.

mod audit;
mod connections;
mod data_keys;
mod idempotency;
mod marketplace;
mod secret_store;
mod storage;

pub use audit::{AuditReader, AuditWriter};
pub use connections::{
    Candidates, Completion, ConnectionRepository, CredentialChange, CredentialRead, NewConnection,
    Selector, Tombstone,
};
pub use data_keys::{DataKeyRepository, WrappedDataKey};
pub use idempotency::{IdempotencyRepository, Reservation};
pub use marketplace::{
    Account, AccountChoice, MarketplaceClient, RateHeadroom, Renewal, TestReport, TestSubject,
};
pub use secret_store::{SecretStore, SecretStoreError};
pub use storage::StorageError;
