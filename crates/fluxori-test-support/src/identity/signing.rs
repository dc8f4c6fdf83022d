//! JSON web tokens and the keys that sign them, made anew each time the provider starts.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::{clients::CLIENT_SECRET, faults::Fault};
use crate::providers::{canary, make_hex};

/// A key of the provider.
#[derive(Debug)]
pub(super) struct Key {
    id: String,
    pair: EcdsaKeyPair,
}

/// The keys that are published; the last one signs.
#[derive(Debug)]
pub(super) struct Keys(Vec<Key>);

impl Keys {
    pub(super) fn make() -> Self {
        Self(vec![Key::make()])
    }

    /// Publishes one more key, which signs from now on.
    pub(super) fn rotate(&mut self) {
        self.0.push(Key::make());
    }

    /// As a JSON web key set.
    pub(super) fn key_set(&self) -> Value {
        json!({"keys": self.0.iter().map(Key::public).collect::<Vec<_>>()})
    }

    /// A token with these claims, signed as the fault says.
    pub(super) fn sign(&mut self, claims: &Value, fault: Option<Fault>) -> String {
        if fault == Some(Fault::RotatedKey) {
            self.rotate();
        }
        let key = self.0.last().expect("one was made at the start");
        match fault {
            Some(Fault::UnknownKey) => Key::make().sign(claims),
            Some(Fault::SharedSecret) => sign_shared(claims, CLIENT_SECRET.as_bytes()),
            Some(Fault::PublicKeyAsSecret) => sign_shared(claims, key.pair.public_key().as_ref()),
            Some(Fault::Unsigned) => text(&json!({"alg": "none"}), claims) + ".",
            _ => key.sign(claims),
        }
    }
}

impl Key {
    fn make() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let bytes = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("random bytes");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, bytes.as_ref(), &random);
        Self {
            id: make_hex::<8>(),
            pair: pair.expect("it was just made"),
        }
    }

    fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": self.id, "typ": "JWT"});
        let text = text(&header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.expect("random bytes"));
        format!("{text}.{signature}")
    }

    fn public(&self) -> Value {
        // An uncompressed point: 4, then 32 bytes for each coordinate.
        let point = self.pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id,
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
        })
    }
}

fn sign_shared(claims: &Value, secret: &[u8]) -> String {
    let text = text(&json!({"alg": "HS256", "typ": "JWT"}), claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, text.as_bytes()));
    format!("{text}.{signature}")
}

/// What is signed. The marker comes first: its base64 is the same in every token.
fn text(header: &Value, claims: &Value) -> String {
    let claims = format!("{}{}", canary::JWT_TEXT, &claims.to_string()[1..]);
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims)
    )
}
