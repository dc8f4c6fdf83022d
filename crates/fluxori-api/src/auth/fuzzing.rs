//! See [`crate::fuzzing`].

use chrono::{DateTime, Utc};
use fluxori_domain::{SecretText, TenantScope};
use ring::hmac;

use super::{
    Identity, TokenError,
    claims::ClaimRules,
    jwk::KeySet,
    jws::{Algorithm, Compact},
};
use crate::JwtSettings;

/// Whom a bearer token stands for that the secret of the settings signed, and until when.
///
/// # Errors
/// What is logged of a token that is refused.
pub fn bearer(
    settings: &JwtSettings,
    token: &str,
    now: DateTime<Utc>,
) -> Result<(TenantScope, DateTime<Utc>), String> {
    let read = || {
        let compact = Compact::parse(token)?;
        let key = settings.hmac_key().ok_or(TokenError::Signature)?;
        if compact.algorithm != Algorithm::Hs256 {
            return Err(TokenError::Signature);
        }
        hmac::verify(&key, compact.signed.as_bytes(), &compact.signature)
            .map_err(|_| TokenError::Signature)?;
        ClaimRules::new(settings).read(&compact.payload, now)
    };
    shown(read())
}

/// Whom an ID token stands for that one of these keys signed, for the sign-in with this nonce. `None` when they are no keys.
///
/// # Errors
/// What is logged of a token that is refused.
#[must_use]
pub fn id_token(
    settings: &JwtSettings,
    keys: &[u8],
    token: &str,
    nonce: &SecretText,
    now: DateTime<Utc>,
) -> Option<Result<(TenantScope, DateTime<Utc>), String>> {
    let keys = KeySet::parse(keys)?;
    let read = || {
        let compact = Compact::parse(token)?;
        keys.verify(&compact)?;
        ClaimRules::of_id_tokens(settings, "https://id.example.com", "client-1").read_id_token(
            &compact.payload,
            nonce,
            now,
        )
    };
    Some(shown(read()))
}

fn shown(read: Result<Identity, TokenError>) -> Result<(TenantScope, DateTime<Utc>), String> {
    read.map(|identity| (identity.scope.as_ref().clone(), identity.valid_until))
        .map_err(|error| format!("{error} {error:?}"))
}
