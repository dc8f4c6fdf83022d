use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fluxori_domain::{SecretHash, SecretText};
use ring::{digest, hkdf, hmac};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::random::{NoRandomness, make_random};

const BYTES: usize = 32;

/// 32 random bytes that one browser, or whoever holds a link, has. Everything else about a sign-in is derived from them.
///
/// Does not print.
pub(crate) struct Key(Zeroizing<[u8; BYTES]>);

impl Key {
    /// A new one.
    pub(crate) fn make() -> Result<Self, NoRandomness> {
        make_random().map(Self)
    }

    /// The one that was sent; `None` when it is none of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let bytes = <[u8; BYTES]>::try_from(bytes.as_slice()).ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// What is sent: 43 letters, digits, hyphens and underscores.
    pub(crate) fn to_text(&self) -> SecretText {
        SecretText::new(URL_SAFE_NO_PAD.encode(*self.0))
    }

    /// How the database knows it.
    pub(crate) fn hash(&self) -> SecretHash {
        let mut hash = [0; BYTES];
        hash.copy_from_slice(digest::digest(&digest::SHA256, &*self.0).as_ref());
        SecretHash(hash)
    }

    /// Something else for `purpose`, bound to `parts`: whoever sees it learns neither this key nor what is derived for
    /// another purpose (HKDF, RFC 5869). 43 characters, as RFC 7636 wants a verifier.
    pub(crate) fn derive(&self, purpose: &[u8], parts: [&[u8]; 2]) -> SecretText {
        let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&*self.0);
        let mut bytes = Zeroizing::new([0_u8; BYTES]);
        key.expand(&[purpose, &[0], parts[0], parts[1]], hkdf::HKDF_SHA256)
            .and_then(|output| output.fill(&mut *bytes))
            .expect("32 bytes are what HKDF-SHA256 gives at once");
        SecretText::new(URL_SAFE_NO_PAD.encode(*bytes))
    }

    /// A code over `message` that only who has this key can make.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.signing(), message))
    }

    /// Whether `code` is [`Key::sign`] of `message`, found out in constant time.
    pub(crate) fn verify(&self, message: &[u8], code: &str) -> bool {
        let code = URL_SAFE_NO_PAD.decode(code).unwrap_or_default();
        hmac::verify(&self.signing(), message, &code).is_ok()
    }

    /// Whether two texts are the same, without telling by time where they differ: their codes are compared.
    #[expect(clippy::disallowed_methods, reason = "EXPOSE: only codes are compared")]
    pub(crate) fn finds_same(&self, ours: &SecretText, sent: &SecretText) -> bool {
        let code = self.sign(ours.expose_secret().as_bytes());
        self.verify(sent.expose_secret().as_bytes(), &code)
    }

    fn signing(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &*self.0)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key([REDACTED])")
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: tests compare what they made"
)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_sent() {
        let key = Key::make().unwrap();
        let text = key.to_text();
        let parsed = Key::parse(text.expose_secret()).unwrap();
        assert_eq!(parsed.hash(), key.hash());
        assert_ne!(Key::make().unwrap().hash(), key.hash(), "each is its own");
        for bad in ["", "x", "AAAA", &format!("{}AA", text.expose_secret())] {
            assert!(Key::parse(bad).is_none(), "{bad}");
        }
        assert!(!format!("{key:?}").contains(text.expose_secret()));
    }

    #[test]
    fn what_is_derived_belongs_to_one_key_purpose_and_part() {
        let (a, b) = (Key::make().unwrap(), Key::make().unwrap());
        let derived = |key: &Key, purpose: &str, part: &str| {
            let text = key.derive(purpose.as_bytes(), [b"12345678", part.as_bytes()]);
            text.expose_secret().to_owned()
        };
        let usual = derived(&a, "state", "/");
        assert_eq!(usual.len(), 43);
        assert_eq!(usual, derived(&a, "state", "/"));
        for other in [
            derived(&b, "state", "/"),
            derived(&a, "nonce", "/"),
            derived(&a, "state", "/x"),
        ] {
            assert_ne!(usual, other);
        }
        assert_ne!(usual, a.to_text().expose_secret());
    }

    #[test]
    fn a_code_is_for_one_message() {
        let key = Key::make().unwrap();
        let code = key.sign(b"message");
        assert!(key.verify(b"message", &code));
        assert!(!key.verify(b"other", &code));
        assert!(!Key::make().unwrap().verify(b"message", &code));
        for bad in ["", "A", &code[1..], &format!("{code}A")] {
            assert!(!key.verify(b"message", bad), "{bad}");
        }
        let text = SecretText::copy_of;
        assert!(key.finds_same(&text("a"), &text("a")));
        assert!(!key.finds_same(&text("a"), &text("b")));
        assert!(!key.finds_same(&text("a"), &text("")));
    }
}
