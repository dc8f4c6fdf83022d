//! Who calls: bearer tokens (RFC 6750, RFC 7519), checked by one shared secret or by the identity provider's keys.

mod claims;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod id_token;
mod jwk;
mod jws;
mod key_ring;
mod login;
mod rights;
mod role_names;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Clock, Roles, TenantScope};
use quick_cache::sync::Cache;
use ring::{digest, hmac};

use crate::{ApiState, JwtSettings, SettingsError};
use claims::ClaimRules;
use jws::{Algorithm, Compact};
use key_ring::KeyRing;

pub(crate) use id_token::IdTokens;
pub(crate) use login::{Login, Whose, login, page_login, service_name};
pub(crate) use rights::{Need, Needs};

/// Longest token that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;
/// Most verified tokens that are remembered.
const REMEMBERED: usize = 10_000;
/// Longest that a verified token is not looked at again, so that a withdrawn key stops working soon.
const REMEMBERED_FOR: TimeDelta = TimeDelta::minutes(5);

/// Whom a token stands for.
#[derive(Debug)]
pub(crate) struct Identity {
    /// The user and the organization.
    pub(crate) scope: Arc<TenantScope>,
    /// What they are there.
    pub(crate) roles: Roles,
    /// Until when this may be believed.
    pub(crate) valid_until: DateTime<Utc>,
}

/// Why a token is not accepted. Everything before [`TokenError::Expired`] looks the same from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the token has more than 8 KiB")]
    TooLong,
    #[error("the token is not a signed JWT of a kind that is accepted here")]
    Malformed,
    #[error("no known key of the right kind made the signature")]
    Signature,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("the token comes from another issuer")]
    Issuer,
    #[error("the token is meant for another audience")]
    Audience,
    #[error("the token was made for another sign-in")]
    Nonce,
    #[error("a claim is missing or of the wrong type: {0}")]
    Claim(Claim),
    #[error("the keys of the identity provider are not known yet")]
    KeysUnavailable,
}

/// The role of a claim; its configured name is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    Expiry,
    NotBefore,
    IssuedAt,
    User,
    Organization,
    Role,
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Expiry => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::User => "the user",
            Self::Organization => "the organization",
            Self::Role => "the role",
        })
    }
}

/// Checks tokens and remembers good ones. Shared by all workers.
pub(crate) struct Authenticator {
    keys: Keys,
    rules: ClaimRules,
    verified: Cache<[u8; 32], Arc<Identity>>,
    clock: Arc<dyn Clock>,
}

/// What checks signatures. The kind of key decides the algorithm; the token only has to agree.
enum Keys {
    Secret(hmac::Key),
    Ring(Arc<KeyRing>),
}

impl Authenticator {
    /// Takes settings that were checked.
    pub(crate) fn new(settings: &JwtSettings, state: &ApiState) -> Result<Self, SettingsError> {
        let keys = match (settings.hmac_key(), &settings.jwks_url) {
            (Some(key), None) => Keys::Secret(key),
            (None, Some(url)) => {
                let source = state.identity_http.clone();
                let source = source.ok_or(SettingsError::NoIdentityHttp {
                    setting: "JWT_JWKS_URL",
                })?;
                Keys::Ring(Arc::new(KeyRing::new(
                    url.clone(),
                    source,
                    Arc::clone(&state.clock),
                )))
            }
            (None, None) => return Err(SettingsError::NoKey),
            (Some(_), Some(_)) => return Err(SettingsError::TwoKeys),
        };
        Ok(Self {
            keys,
            rules: ClaimRules::new(settings),
            verified: Cache::new(REMEMBERED),
            clock: Arc::clone(&state.clock),
        })
    }

    /// Whom the token stands for.
    pub(crate) async fn identity(&self, token: &str) -> Result<Arc<Identity>, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::TooLong);
        }
        let now = self.clock.now();
        let name = derive_name(token);
        if let Some(known) = self.verified.get(&name) {
            if now < known.valid_until {
                return Ok(known);
            }
            self.verified.remove(&name);
        }
        let compact = Compact::parse(token)?;
        self.check_signature(&compact).await?;
        let mut identity = self.rules.read(&compact.payload, now)?;
        identity.valid_until = identity.valid_until.min(now + REMEMBERED_FOR);
        let identity = Arc::new(identity);
        self.verified.insert(name, Arc::clone(&identity));
        Ok(identity)
    }

    async fn check_signature(&self, compact: &Compact<'_>) -> Result<(), TokenError> {
        match (&self.keys, compact.algorithm) {
            (Keys::Secret(key), Algorithm::Hs256) => {
                hmac::verify(key, compact.signed.as_bytes(), &compact.signature)
                    .map_err(|_| TokenError::Signature)
            }
            (Keys::Ring(ring), Algorithm::Rs256 | Algorithm::Es256) => ring.verify(compact).await,
            (Keys::Secret(_), Algorithm::Rs256 | Algorithm::Es256)
            | (Keys::Ring(_), Algorithm::Hs256) => Err(TokenError::Signature),
        }
    }
}

/// SHA-256 of the token: the token itself is not kept.
fn derive_name(token: &str) -> [u8; 32] {
    let mut name = [0; 32];
    name.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    name
}
