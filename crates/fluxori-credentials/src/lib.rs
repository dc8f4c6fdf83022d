#![doc = include_str!("../README.md")]

mod doctor;
mod expiry;
mod provider;
mod settings;
mod start;
mod wiring;

pub use doctor::{Finding, Verdict, examine};
pub use expiry::{ExpiryWatch, SecretExpiry};
pub use provider::{
    ConnectionSummary, CredentialError, CredentialProvider, CredentialRequest,
    MarketplaceCredentials,
};
pub use settings::{
    Addresses, AmazonSection, ApiSection, AuditReadsMode, ConsentSection, CredentialCacheMode,
    DatabaseSection, GoogleSection, JwtSection, List, LogSection, Moment, ObservationSection,
    Presence, ProtectionSection, SecretSection, Section, ServiceSection, SettingDoc, Settings,
    SettingsError, ShopifySection, SignInSection, TakealotSection, Values, XeroSection,
    configuration_reference,
};
pub use start::StartError;
pub use wiring::{
    KeySurvey, NotReady, Wiring, make_master_key_text, migrate, open_audit_trails, survey_keys,
};

// What the server needs to say what background work and maintenance did.
pub use fluxori_connections::{
    AuditDamage, AuditFinding, AuditHeads, AuditTrails, Damage, Forgotten, Housekeeping, Inventory,
    Keys, MalformedHead, Move, Prune, PruneReport, Reseal, ResealReport, Retirement, Rotate,
    RotateReport, VerifyReport, VerifyTrails,
};
// What an export of the audit trail consists of.
pub use fluxori_domain::ports::{AuditChain, StoredAuditEvent};
// What forgetting an organization removes.
pub use fluxori_domain::ports::{OrganizationContents, OrganizationRemoval};
// What is counted and measured.
pub use fluxori_domain::telemetry;
// What an adapter needs of the words.
pub use fluxori_domain::{
    AccountDetails, AccountId, AmazonRegion, Backend, Clock, ConnectionId, ConnectionStatus,
    Generation, Marketplace, MasterKeyId, OrganizationId, OutcomeClass, Purpose, Role, Roles,
    SecretText, ServiceName, ShopDomain, SyncOutcome, SystemClock, TenantScope, UserId,
};
pub use fluxori_marketplaces::HttpClient;
// As whom Google is examined.
pub use fluxori_secret_manager::Use as GoogleUse;
pub use fluxori_vault::{MasterKeyRole, MasterKeyUse};
