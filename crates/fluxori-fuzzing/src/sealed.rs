use std::sync::LazyLock;

use fluxori_domain::{CredentialId, Plaintext, SecretContext, ports::SecretStoreError};
use fluxori_vault::{DataKey, MAX_PLAINTEXT_BYTES, Vault};
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::wrapped;

/// The values that must open for ever, each with the only key and the only place that open it.
static VALUES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct File {
        vectors: Vec<Vector>,
    }
    let file: File =
        serde_json::from_str(include_str!("../../fluxori-vault/tests/vectors/fx1.json"))
            .expect("the vectors are JSON");
    file.vectors.into_iter().map(Vector::with_key).collect()
});

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    data_key_id: String,
    organization: String,
    credential_id: String,
    marketplace: String,
    generation: i64,
    plaintext: String,
    sealed: String,
}

struct Value {
    vault: Vault,
    key: DataKey,
    context: SecretContext,
    plaintext: String,
    sealed: String,
}

/// Sealed values, as text that may have been written by anybody: only what was sealed opens, where it was sealed.
/// The same bytes as a document: what is sealed opens to itself, and does not when it was touched or moved.
pub fn sealed_value(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        for value in VALUES.iter() {
            value.open(text);
        }
    }
    seal(input);
}

impl Value {
    fn open(&self, text: &str) {
        match self.vault.open(&self.key, &self.context, text) {
            Ok(plaintext) => {
                assert_eq!(
                    text, self.sealed,
                    "something else than what was sealed opens"
                );
                assert_eq!(exposed(&plaintext), self.plaintext.as_bytes());
            }
            Err(error) => {
                assert!(matches!(error, SecretStoreError::DoesNotOpen), "{error}");
                assert_ne!(text, self.sealed, "what was sealed does not open");
            }
        }
    }
}

fn seal(document: &[u8]) {
    let Value {
        vault,
        key,
        context,
        ..
    } = &VALUES[0];
    let plaintext = Plaintext::new(document.to_vec().into());
    let sealed = match vault.seal(key, context, &plaintext) {
        Ok(sealed) => sealed,
        Err(error) => {
            assert!(
                matches!(error, SecretStoreError::TooLarge { .. }),
                "{error}"
            );
            assert!(document.len() > MAX_PLAINTEXT_BYTES);
            return;
        }
    };
    let opened = vault
        .open(key, context, &sealed)
        .expect("it was sealed here");
    assert_eq!(exposed(&opened), document);

    let moved = SecretContext {
        generation: context.generation.next(),
        ..context.clone()
    };
    assert!(vault.open(key, &moved, &sealed).is_err(), "opens elsewhere");
    let touched = touch(&sealed, document);
    assert!(vault.open(key, context, &touched).is_err(), "{touched}");
}

/// The same text with one character changed; which one, and how, the document decides.
fn touch(text: &str, document: &[u8]) -> String {
    let sum: usize = document.iter().map(|byte| usize::from(*byte)).sum();
    let at = sum % text.len();
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).expect("a letter for a letter")
}

impl Vector {
    fn with_key(self) -> Value {
        let (vault, key) = wrapped::key_named(&self.data_key_id);
        let context = SecretContext {
            organization: key.organization().clone(),
            credential: self
                .credential_id
                .parse::<CredentialId>()
                .expect("vectors name credentials"),
            marketplace: self.marketplace.parse().expect("and marketplaces"),
            generation: fluxori_domain::Generation::from_stored(self.generation)
                .expect("and generations"),
        };
        assert_eq!(context.organization.as_str(), self.organization);
        Value {
            vault,
            key,
            context,
            plaintext: self.plaintext,
            sealed: self.sealed,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "EXPOSE: compared, in a test")]
fn exposed(plaintext: &Plaintext) -> &[u8] {
    plaintext.expose_secret()
}
