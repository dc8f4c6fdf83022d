use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Plaintext;
use crate::{AccessToken, ApiKey, RefreshToken, WebhookSecret};

/// What a marketplace gave the seller or us, in the clear. Lives between opening and sending.
///
/// Stored as JSON with a `kind`; see [`CredentialDocument::to_plaintext`].
#[derive(Debug, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum CredentialDocument {
    /// A static key.
    ApiKey {
        /// The key.
        api_key: ApiKey,
        /// The key under which the marketplace signs its webhooks, if the seller gave one.
        #[serde(default)]
        webhook_secret: Option<WebhookSecret>,
    },
    /// A token set. Without either it is what is left of one that the marketplace has made worthless.
    Tokens {
        /// What goes with every request. Absent until it is first bought.
        #[serde(default)]
        access_token: Option<AccessToken>,
        /// What buys access tokens. Absent for static tokens.
        #[serde(default)]
        refresh_token: Option<RefreshToken>,
    },
}

/// An opened secret is not a credential document. Says nothing about its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the opened secret is not a credential document")]
pub struct MalformedDocument;

impl CredentialDocument {
    /// Writes the document as JSON, into memory that is wiped when dropped.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "writing texts to memory cannot fail"
    )]
    pub fn to_plaintext(&self) -> Plaintext {
        let borrowed = Borrowed::from(self);
        // Measured first: a vector that grows leaves copies of the secret behind.
        let mut length = CountingWriter(0);
        serde_json::to_writer(&mut length, &borrowed).expect("counting bytes cannot fail");
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
        serde_json::to_writer(&mut *bytes, &borrowed).expect("writing to memory cannot fail");
        Plaintext::new(bytes)
    }

    /// Reads what [`CredentialDocument::to_plaintext`] wrote.
    ///
    /// # Errors
    /// [`MalformedDocument`] when the bytes are anything else.
    pub fn from_plaintext(plaintext: &Plaintext) -> Result<Self, MalformedDocument> {
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: reading an opened document"
        )]
        let bytes = plaintext.expose_secret();
        serde_json::from_slice(bytes).map_err(|_| MalformedDocument)
    }
}

/// The same document by reference: the only form of it that serialises, and only in this file.
#[derive(Serialize)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
enum Borrowed<'a> {
    ApiKey {
        api_key: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        webhook_secret: Option<&'a str>,
    },
    Tokens {
        #[serde(skip_serializing_if = "Option::is_none")]
        access_token: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token: Option<&'a str>,
    },
}

impl<'a> From<&'a CredentialDocument> for Borrowed<'a> {
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: writing a document to be sealed"
    )]
    fn from(document: &'a CredentialDocument) -> Self {
        match document {
            CredentialDocument::ApiKey {
                api_key,
                webhook_secret,
            } => Self::ApiKey {
                api_key: api_key.expose_secret(),
                webhook_secret: webhook_secret.as_ref().map(ExposeSecret::expose_secret),
            },
            CredentialDocument::Tokens {
                access_token,
                refresh_token,
            } => Self::Tokens {
                access_token: access_token.as_ref().map(ExposeSecret::expose_secret),
                refresh_token: refresh_token.as_ref().map(ExposeSecret::expose_secret),
            },
        }
    }
}

struct CountingWriter(usize);

impl std::io::Write for CountingWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: tests read what they wrote"
)]
mod tests {
    use super::*;
    use crate::SecretText;

    fn plaintext(json: &str) -> Plaintext {
        Plaintext::new(Zeroizing::new(json.as_bytes().to_vec()))
    }

    #[test]
    fn a_document_survives_the_round_trip() {
        let written = CredentialDocument::Tokens {
            access_token: Some(AccessToken::new(SecretText::copy_of("Atza|a\"b\\c"))),
            refresh_token: None,
        }
        .to_plaintext();
        assert_eq!(
            std::str::from_utf8(written.expose_secret()).unwrap(),
            r#"{"kind":"tokens","accessToken":"Atza|a\"b\\c"}"#
        );
        let CredentialDocument::Tokens {
            access_token: Some(token),
            refresh_token: None,
        } = CredentialDocument::from_plaintext(&written).unwrap()
        else {
            panic!("another kind came back")
        };
        assert_eq!(token.expose_secret(), "Atza|a\"b\\c");
    }

    #[test]
    fn anything_else_is_malformed() {
        for bytes in [
            "",
            "{}",
            "[]",
            r#"{"kind":"api_key"}"#,
            r#"{"kind":"tokens","x":1}"#,
        ] {
            assert_eq!(
                CredentialDocument::from_plaintext(&plaintext(bytes)).unwrap_err(),
                MalformedDocument,
                "{bytes}"
            );
        }
    }

    #[test]
    fn debug_document_is_redacted() {
        let document = CredentialDocument::ApiKey {
            api_key: ApiKey::new(SecretText::copy_of("canary-7f3a")),
            webhook_secret: Some(WebhookSecret::new(SecretText::copy_of("canary-8b1c"))),
        };
        assert!(!format!("{document:?}").contains("canary"));
    }
}
