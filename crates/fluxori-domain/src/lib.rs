#![doc = include_str!("../README.md")]

mod account;
mod audit;
mod audit_chain;
mod auth_type;
mod clock;
mod connection;
mod consent;
mod credential;
mod descriptor;
mod form;
mod idempotency;
mod ids;
mod label;
mod marketplace;
mod outcome;
mod page;
pub mod ports;
mod role;
mod secret;
pub mod telemetry;
mod tenant;
mod text;

pub use account::{
    AccountDetails, AccountId, AmazonDetails, AmazonRegion, ShopDomain, ShopifyDetails,
    TakealotDetails, TakealotSurface, XeroDetails,
};
pub use audit::{
    AuditEvent, AuditFilter, AuditKind, AuditSubject, Caller, Purpose, RequestId, ServiceName,
};
pub use audit_chain::{AuditFields, AuditHash};
pub use auth_type::AuthType;
pub use clock::{Clock, SystemClock};
pub use connection::{
    Check, Connection, ConnectionFilter, ConnectionStatus, Expiring, LastSync, Overview,
    SyncOutcome, TransitionError,
};
pub use consent::{CallbackQuery, ConsentTarget, RepeatedParameter};
pub use credential::{
    Backend, Clocks, Credential, CredentialDocument, ExpiryKind, Generation, MalformedDocument,
    Plaintext, SecretContext, StoredSecret,
};
pub use descriptor::{
    AuthKind, ConnectMethod, FieldChoice, FieldKind, FormField, MarketplaceDescriptor, Pattern,
};
pub use form::{CredentialForm, FieldProblem, InvalidForm, Submission};
pub use idempotency::{Fingerprint, IdempotencyKey};
pub use ids::{AuditEventId, ConnectionId, CredentialId, DataKeyId, InvalidId, MasterKeyId};
pub use label::Label;
pub use marketplace::Marketplace;
pub use outcome::{Outcome, OutcomeClass};
pub use page::{Cursor, Page, PageRequest};
pub use role::{Reach, Right, Role, Roles};
pub use secret::{
    AccessToken, ApiKey, AuthorisationCode, PkceVerifier, RefreshToken, SecretHash, SecretText,
    WebhookSecret,
};
pub use tenant::{OrganizationId, TenantScope, UserId};
pub use text::InvalidText;
