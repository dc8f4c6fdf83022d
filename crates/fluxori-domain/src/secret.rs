//! Secrets as types. None of them prints, serialises, compares or dereferences.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de};
use zeroize::Zeroizing;

/// A secret text, wiped from memory when dropped. The more specific types below wrap one.
///
/// There is no `Clone`, so copies are rare and seen, and no `Display`, `Serialize` or `PartialEq`.
#[derive(Debug)] // prints as [REDACTED]
pub struct SecretText(SecretString);

impl SecretText {
    /// Copies `text` at its exact size and wipes the original, spare capacity included.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self::copy_of(&Zeroizing::new(text))
    }

    /// Copies `text`, which stays with the caller to wipe.
    #[must_use]
    pub fn copy_of(text: &str) -> Self {
        Self(SecretString::from(Box::<str>::from(text)))
    }

    /// The number of bytes, which is not a secret.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text().len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// The same secret without white space at its ends, which pasting adds.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        Self::copy_of(self.text().trim())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: stays inside this module"
    )]
    fn text(&self) -> &str {
        self.0.expose_secret()
    }
}

impl ExposeSecret<str> for SecretText {
    fn expose_secret(&self) -> &str {
        self.text()
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = SecretText;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<SecretText, E> {
                Ok(SecretText::copy_of(text))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<SecretText, E> {
                Ok(SecretText::new(text))
            }
            // serde's own messages quote the unexpected value; these do not.
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<SecretText, E> {
                Err(E::custom("expected a text"))
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<SecretText, E> {
                Err(E::custom("expected a text"))
            }
            fn visit_u64<E: de::Error>(self, _: u64) -> Result<SecretText, E> {
                Err(E::custom("expected a text"))
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<SecretText, E> {
                Err(E::custom("expected a text"))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A kind of secret text of its own type, so that one cannot stand where another belongs.
macro_rules! secret_kind {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SecretText);

        impl $name {
            /// Gives the text its meaning.
            #[must_use]
            pub const fn new(text: SecretText) -> Self {
                Self(text)
            }
        }

        impl ExposeSecret<str> for $name {
            fn expose_secret(&self) -> &str {
                self.0.text()
            }
        }
    )+};
}

secret_kind!(
    /// A static API key of a marketplace.
    ApiKey,
    /// The short-lived token that goes with every request to a marketplace.
    AccessToken,
    /// The long-lived token that buys new access tokens.
    RefreshToken,
    /// The key under which a marketplace signs its webhooks.
    WebhookSecret,
    /// What a marketplace's consent page hands out, good for one use and a few minutes.
    AuthorisationCode,
    /// What a code has to be redeemed with (RFC 7636): 43 to 128 unreserved characters.
    PkceVerifier,
);

/// SHA-256 of a secret that has at least 128 random bits: recognises it, and may be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash(pub [u8; 32]);

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "canary-7f3a";

    #[test]
    fn debug_of_every_kind_is_redacted() {
        let text = || SecretText::copy_of(CANARY);
        let printed = format!(
            "{:?} {:?} {:?} {:?} {:?}",
            text(),
            ApiKey::new(text()),
            AccessToken::new(text()),
            RefreshToken::new(text()),
            WebhookSecret::new(text()),
        );
        assert!(!printed.contains("canary"), "{printed}");
    }

    #[test]
    fn trimming_takes_white_space_from_the_ends_only() {
        let text = SecretText::new(" a b\r\n".to_owned()).trimmed();
        assert_eq!(text.text(), "a b");
    }

    #[test]
    fn a_value_of_another_type_is_refused_without_quoting_it() {
        for wrong in [
            "12345678",
            "true",
            "1.5",
            "-4",
            "[\"canary\"]",
            "{\"canary\":1}",
        ] {
            let error = serde_json::from_str::<SecretText>(wrong)
                .unwrap_err()
                .to_string();
            assert!(
                !error.contains("12345678") && !error.contains("canary"),
                "{error}"
            );
        }
    }
}
