use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fluxori_domain::{PkceVerifier, SecretHash, SecretText};
use ring::{
    digest, hkdf,
    rand::{SecureRandom, SystemRandom},
};
use secrecy::ExposeSecret;
use zeroize::{Zeroize, Zeroizing};

use crate::ConnectionError;

const BYTES: usize = 32;

/// Ties what a new verifier is derived for to what it is good for.
const PURPOSE: &[u8] = b"fluxori pkce verifier 1";

/// A secret that only one browser has, as a cookie: a consent that begins in one browser ends in no other.
///
/// Does not print.
pub struct BrowserBinding(Zeroizing<[u8; BYTES]>);

impl BrowserBinding {
    /// A new one.
    ///
    /// # Errors
    /// [`ConnectionError::Randomness`].
    pub fn make() -> Result<Self, ConnectionError> {
        Ok(Self(random()?))
    }

    /// The one that a browser sent; `None` when it is none of ours.
    #[must_use]
    pub fn parse(cookie: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(cookie).ok()?);
        let binding = <[u8; BYTES]>::try_from(bytes.as_slice()).ok();
        bytes.zeroize();
        binding.map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// What goes into the cookie.
    #[must_use]
    pub fn to_cookie(&self) -> SecretText {
        SecretText::new(URL_SAFE_NO_PAD.encode(*self.0))
    }

    pub(super) fn hash(&self) -> SecretHash {
        hash(&*self.0)
    }

    /// The verifier of the flow with this state (RFC 7636). Derived, so that nothing secret is kept while the seller is
    /// away: whoever has the database lacks the browser's half, and whoever has the browser lacks no right.
    pub(super) fn derive_verifier(&self, state: &str) -> PkceVerifier {
        let key = hkdf::Salt::new(hkdf::HKDF_SHA256, state.as_bytes()).extract(&*self.0);
        let mut bytes = Zeroizing::new([0_u8; BYTES]);
        key.expand(&[PURPOSE], hkdf::HKDF_SHA256)
            .and_then(|output| output.fill(&mut *bytes))
            .expect("32 bytes are what HKDF-SHA256 gives at once");
        PkceVerifier::new(SecretText::new(URL_SAFE_NO_PAD.encode(*bytes)))
    }
}

impl std::fmt::Debug for BrowserBinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserBinding([REDACTED])")
    }
}

/// A state: 32 random bytes as text. Whoever sees it can do nothing with it in another browser.
pub(super) fn make_state() -> Result<String, ConnectionError> {
    Ok(URL_SAFE_NO_PAD.encode(*random()?))
}

/// How a state is known in the database.
pub(super) fn hash_of_state(state: &SecretText) -> SecretHash {
    #[expect(clippy::disallowed_methods, reason = "EXPOSE: only its hash is used")]
    hash(state.expose_secret().as_bytes())
}

fn hash(bytes: &[u8]) -> SecretHash {
    let mut hash = [0; BYTES];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    SecretHash(hash)
}

fn random() -> Result<Zeroizing<[u8; BYTES]>, ConnectionError> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    SystemRandom::new()
        .fill(&mut *bytes)
        .map_err(|_| ConnectionError::Randomness)?;
    Ok(bytes)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: tests compare what they made"
)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_survives_the_cookie() {
        let binding = BrowserBinding::make().unwrap();
        let cookie = binding.to_cookie();
        let parsed = BrowserBinding::parse(cookie.expose_secret()).unwrap();
        assert_eq!(parsed.hash(), binding.hash());
        assert_ne!(
            BrowserBinding::make().unwrap().hash(),
            binding.hash(),
            "each is its own"
        );
        for bad in ["", "x", "AAAA", &format!("{}AA", cookie.expose_secret())] {
            assert!(BrowserBinding::parse(bad).is_none(), "{bad}");
        }
        assert!(!format!("{binding:?}").contains(cookie.expose_secret()));
    }

    #[test]
    fn a_verifier_belongs_to_one_browser_and_one_state() {
        let (a, b) = (
            BrowserBinding::make().unwrap(),
            BrowserBinding::make().unwrap(),
        );
        let verifier = |binding: &BrowserBinding, state| {
            binding.derive_verifier(state).expose_secret().to_owned()
        };
        assert_eq!(verifier(&a, "s"), verifier(&a, "s"));
        assert_ne!(verifier(&a, "s"), verifier(&a, "t"));
        assert_ne!(verifier(&a, "s"), verifier(&b, "s"));
        assert_eq!(verifier(&a, "s").len(), 43);
    }
}
