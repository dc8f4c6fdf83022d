//! What the use cases need from the world. Other crates fill these in; nothing here does I/O.

mod audit;
mod audit_trail;
mod changes;
mod connections;
mod data_keys;
mod figures;
mod flows;
mod forgetting;
mod grants;
mod idempotency;
mod key_maintenance;
mod key_vault;
mod marketplace;
mod master_keys;
mod outside_store;
mod refreshes;
mod secret_ledger;
mod secret_moves;
mod secret_store;
mod sessions;
mod storage;
mod transfers;
mod webhooks;
mod work;

pub use audit::{AuditReader, AuditWriter};
pub use audit_trail::{AuditChain, AuditSurvey, AuditTrail, StoredAuditEvent};
pub use changes::{ChangeFeed, ChangeMark};
pub use connections::{
    Candidates, Completion, ConnectionRepository, CredentialChange, CredentialRead, NewConnection,
    Selector, Tombstone,
};
pub use data_keys::{DataKeyRepository, KnownMasterKey, WrappedDataKey};
pub use figures::{ConnectionFigures, FigureRepository};
pub use flows::{FlowRepository, OAuthFlow};
pub use forgetting::{OrganizationContents, OrganizationRemoval};
pub use grants::{GrantRepository, GrantedConnection, NewGrant};
pub use idempotency::{IdempotencyRepository, Reservation};
pub use key_maintenance::{KeyMaintenance, Resealed, SealedCount, WrappedBy};
pub use key_vault::{KeyVault, Resealer};
pub use marketplace::{
    Account, AccountChoice, Admission, CallbackAnswer, CallbackProblem, Consent, ConsentClient,
    ConsentRequest, DisconnectSubject, Disconnection, ExchangeReport, Grant, IdentifyReport,
    MarketplaceClient, RateHeadroom, RefreshReport, RefreshSubject, Renewal, TestReport,
    TestSubject, WebhookEvent, WebhookProblem, WebhookRequest, WebhookTopic,
};
pub use master_keys::MasterKeyService;
pub use outside_store::{OutsidePage, OutsidePlace, OutsideStore, OutsideValue, Place};
pub use refreshes::{
    Begun, RefreshDue, RefreshIntent, RefreshLease, RefreshProgress, RefreshRepository,
};
pub use secret_ledger::{KnownSecret, LooseSecret, SecretLedger, Sentence};
pub use secret_moves::{SecretCount, SecretMoves};
pub use secret_store::{OutsideTrouble, SecretStore, SecretStoreError};
pub use sessions::{Session, SessionRepository};
pub use storage::StorageError;
pub use transfers::{Transfer, TransferEnd, TransferRepository};
pub use webhooks::WebhookRepository;
pub use work::WorkRepository;
