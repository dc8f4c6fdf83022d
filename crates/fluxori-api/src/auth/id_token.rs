use std::sync::Arc;

use fluxori_domain::{Clock, SecretText};
use url::Url;

use super::{Identity, TokenError, claims::ClaimRules, jws::Compact, key_ring::KeyRing};
use crate::{IdentityHttp, JwtSettings};

/// Longest ID token that is looked at, in bytes. Some providers write every group of a person into it.
const LONGEST: usize = 64 * 1024;

/// Checks ID tokens (`OpenID` Connect Core 1.0, section 3.1.3.7), as bearer tokens are checked: by the same keys' code and the
/// same claims, and by what only ID tokens have.
pub(crate) struct IdTokens {
    keys: Arc<KeyRing>,
    rules: ClaimRules,
    clock: Arc<dyn Clock>,
}

impl IdTokens {
    /// For tokens that `issuer` makes for `client`, signed by the keys at `keys`.
    pub(crate) fn new(
        keys: Url,
        (issuer, client): (&str, &str),
        claims: &JwtSettings,
        (http, clock): (Arc<dyn IdentityHttp>, Arc<dyn Clock>),
    ) -> Self {
        Self {
            keys: Arc::new(KeyRing::new(keys, http, Arc::clone(&clock))),
            rules: ClaimRules::of_id_tokens(claims, issuer, client),
            clock,
        }
    }

    /// Whom a token stands for that was made for the sign-in with this nonce.
    pub(crate) async fn check(
        &self,
        token: &str,
        nonce: &SecretText,
    ) -> Result<Identity, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::TooLong);
        }
        let compact = Compact::parse(token)?;
        self.keys.verify(&compact).await?;
        self.rules
            .read_id_token(&compact.payload, nonce, self.clock.now())
    }
}
