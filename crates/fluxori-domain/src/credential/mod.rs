//! One secret document, where it is kept, and its clocks.

mod document;
mod plaintext;
mod stored;

use chrono::{DateTime, Utc};

pub use document::{CredentialDocument, MalformedDocument};
pub use plaintext::Plaintext;
pub use stored::{Backend, Generation, SecretContext, StoredSecret};

use crate::{AuthType, CredentialId, Marketplace, TenantScope};

/// A credential as the database knows it: everything but the secret in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its name for ever.
    pub id: CredentialId,
    /// Its owner.
    pub scope: TenantScope,
    /// Where it is valid.
    pub marketplace: Marketplace,
    /// How it came to us.
    pub auth_type: AuthType,
    /// Counts every stored change of the secret, from 1.
    pub generation: Generation,
    /// The secret as it is stored.
    pub secret: StoredSecret,
    /// When its parts run out.
    pub clocks: Clocks,
}

impl Credential {
    /// What the stored secret is bound to.
    #[must_use]
    pub fn secret_context(&self) -> SecretContext {
        SecretContext {
            organization: self.scope.organization.clone(),
            credential: self.id,
            marketplace: self.marketplace,
            generation: self.generation,
        }
    }
}

/// When the parts of a credential run out. Absent means: not known, or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clocks {
    /// The access token stops working (Amazon and Shopify one hour, Xero half an hour after issue).
    pub access_expires_at: Option<DateTime<Utc>>,
    /// The refresh token stops working if it is not used before (Xero 60 days, Shopify 90 days).
    pub refresh_expires_at: Option<DateTime<Utc>>,
    /// The seller must authorise again (Amazon, public applications, 365 days).
    pub authorisation_expires_at: Option<DateTime<Utc>>,
}
