//! Public keys as an identity provider publishes them (RFC 7517), turned into keys of ring.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    TokenError,
    jws::{Algorithm, Compact},
};

/// Longest key set that is read, in bytes.
pub(super) const LONGEST_SET: usize = 256 * 1024;
/// Most keys of a set that are used.
const MOST_KEYS: usize = 100;

/// The keys of one fetch.
#[derive(Debug, Default)]
pub(super) struct KeySet(Vec<PublicKey>);

#[derive(Debug)]
struct PublicKey {
    id: Option<String>,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256 { point: Vec<u8> },
}

#[derive(Deserialize)]
struct SetDocument {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct KeyDocument {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl KeySet {
    /// Reads a key set. Keys of other kinds or for other uses are passed over.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > LONGEST_SET {
            return None;
        }
        let document: SetDocument = serde_json::from_slice(bytes).ok()?;
        let keys: Vec<_> = document
            .keys
            .into_iter()
            .filter_map(|key| serde_json::from_value(key).ok())
            .filter_map(PublicKey::read)
            .take(MOST_KEYS)
            .collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether a key fits the token. A token that names no key fits if there is only one key of its kind.
    pub(super) fn knows(&self, compact: &Compact<'_>) -> bool {
        self.find(compact).is_some()
    }

    /// Checks the signature, if a key fits the token.
    pub(super) fn verify(&self, compact: &Compact<'_>) -> Result<(), TokenError> {
        let key = self.find(compact).ok_or(TokenError::Signature)?;
        let message = compact.signed.as_bytes();
        let signature = &compact.signature;
        let verdict = match &key.material {
            Material::Rsa { modulus, exponent } => RsaPublicKeyComponents {
                n: modulus,
                e: exponent,
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            Material::P256 { point } => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
        };
        verdict.map_err(|_| TokenError::Signature)
    }

    fn find(&self, compact: &Compact<'_>) -> Option<&PublicKey> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.material.algorithm() == compact.algorithm);
        match &compact.key_id {
            Some(id) => fitting.find(|key| key.id.as_ref() == Some(id)),
            None => match (fitting.next(), fitting.next()) {
                (Some(only), None) => Some(only),
                _ => None,
            },
        }
    }
}

impl PublicKey {
    fn read(document: KeyDocument) -> Option<Self> {
        let for_signatures = document.usage.as_deref().is_none_or(|usage| usage == "sig")
            && document
                .key_ops
                .as_ref()
                .is_none_or(|uses| uses.iter().any(|usage| usage == "verify"));
        if !for_signatures {
            return None;
        }
        let material = match document.kty.as_str() {
            "RSA" => Material::Rsa {
                modulus: number(document.n.as_deref()?)?,
                exponent: number(document.e.as_deref()?)?,
            },
            "EC" if document.crv.as_deref() == Some("P-256") => Material::P256 {
                point: point(document.x.as_deref()?, document.y.as_deref()?)?,
            },
            _ => return None,
        };
        let named = match material.algorithm() {
            Algorithm::Rs256 => "RS256",
            Algorithm::Es256 => "ES256",
            Algorithm::Hs256 => return None,
        };
        if document.alg.as_deref().is_some_and(|alg| alg != named) {
            return None;
        }
        Some(Self {
            id: document.kid,
            material,
        })
    }
}

impl Material {
    const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256 { .. } => Algorithm::Es256,
        }
    }
}

/// A number in base64url; ring wants it without leading zeros.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[first..].to_vec())
}

/// An uncompressed point (SEC 1, section 2.3.3).
fn point(x: &str, y: &str) -> Option<Vec<u8>> {
    const COORDINATE: usize = 32;
    let mut point = vec![4];
    for text in [x, y] {
        let coordinate = URL_SAFE_NO_PAD.decode(text).ok()?;
        if coordinate.len() != COORDINATE {
            return None;
        }
        point.extend_from_slice(&coordinate);
    }
    Some(point)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(keys: &Value) -> Option<usize> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).map(|set| set.len())
    }

    #[test]
    fn keys_of_other_kinds_are_passed_over() {
        let coordinate = URL_SAFE_NO_PAD.encode([1; 32]);
        let good = json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate});
        let with = |name: &str, value: Value| {
            let mut key = good.clone();
            key[name] = value;
            key
        };
        assert_eq!(parse(&json!([good])), Some(1));
        for odd in [
            with("use", json!("enc")),
            with("key_ops", json!(["encrypt"])),
            with("alg", json!("RS256")),
            with("alg", json!("none")),
            with("crv", json!("P-384")),
            with("x", json!("AQ")),
            with("y", json!(null)),
            with("kty", json!("oct")),
            json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}),
            json!({"kty": "RSA", "n": "AAAA", "e": "AQAB"}),
            json!("key"),
        ] {
            assert_eq!(parse(&json!([odd])), None, "{odd}");
            assert_eq!(parse(&json!([odd, good])), Some(1), "{odd}");
        }
    }

    #[test]
    fn an_oversized_or_foreign_document_is_no_key_set() {
        let coordinate = URL_SAFE_NO_PAD.encode([1; 32]);
        let good = json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate});
        let padding = "x".repeat(LONGEST_SET);
        let long = json!({"keys": [good], "padding": padding}).to_string();
        assert!(KeySet::parse(long.as_bytes()).is_none());
        assert!(KeySet::parse(b"<html></html>").is_none());
        assert!(KeySet::parse(b"{}").is_none());
        let many: Vec<_> = (0..150).map(|_| good.clone()).collect();
        assert_eq!(parse(&json!(many)), Some(MOST_KEYS));
    }
}
