#![doc = include_str!("../README.md")]

mod change;
mod create;
mod credential;
mod delete;
mod error;
mod events;
mod fingerprint;
mod housekeeping;
mod list;
mod marketplaces;
mod read_audit;
mod replace;
mod secrets;
mod service;
mod test;

pub use change::ChangeRequest;
pub use create::{CreateRequest, Created, Verify};
pub use credential::{LiveCredential, ReadRequest};
pub use delete::Deleted;
pub use error::{ConnectionError, ReadError};
pub use housekeeping::Housekeeping;
pub use marketplaces::Marketplaces;
pub use read_audit::{ReadAudit, ReadAuditTask};
pub use replace::ReplaceRequest;
pub use service::{Connections, Ports};
pub use test::{TestSummary, Tested};
