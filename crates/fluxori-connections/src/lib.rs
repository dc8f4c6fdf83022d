#![doc = include_str!("../README.md")]

mod audit_trails;
mod cache;
mod change;
mod consent;
mod create;
mod credential;
mod delete;
mod disconnect;
mod error;
mod events;
mod fingerprint;
mod forget;
mod housekeeping;
mod keys;
mod list;
mod marketplaces;
mod observed;
mod read_audit;
mod refresh;
mod replace;
mod report;
mod secrets;
mod service;
mod test;
mod transfer;
mod webhook;

pub use audit_trails::{
    AuditDamage, AuditFinding, AuditHeads, AuditTrails, MalformedHead, Prune, PruneReport,
    VerifyReport, VerifyTrails,
};
pub use change::ChangeRequest;
pub use consent::{
    Authorisation, AuthoriseRequest, BrowserBinding, CallbackEnd, ConsentResult, ConsentSettings,
    StartEnd,
};
pub use create::{CreateRequest, Created, Verify};
pub use credential::{LiveCredential, OpenedCredential, ReadRequest};
pub use delete::Deleted;
pub use disconnect::Revocation;
pub use error::{ConnectionError, ReadError};
pub use forget::Forgotten;
pub use housekeeping::Housekeeping;
pub use keys::{Keys, Reseal, ResealReport, Retirement, Rotate, RotateReport};
pub use marketplaces::Marketplaces;
pub use read_audit::{AuditReads, ReadAudit, ReadAuditTask};
pub use refresh::Pace;
pub use replace::ReplaceRequest;
pub use secrets::{Damage, Inventory, Move, MoveReport, SecretStores, Stray, Sweep};
pub use service::{Connections, Ports};
pub use test::{TestSummary, Tested};
pub use transfer::{TransferRequest, TransferResult, Transferred};
pub use webhook::WebhookError;
