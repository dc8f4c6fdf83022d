//! Xero's JSON web tokens, and the keys that sign them.

use std::sync::OnceLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::RSA_PKCS1_SHA256,
};
use serde_json::{Value, json};

use super::{super::canary, Provider, values};

/// The issuer in every token, whatever the address of the simulation.
const ISSUER: &str = "https://identity.xero.com";

/// The keys, which were made for this simulation: nothing else trusts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    First,
    Next,
}

/// Which key signs id tokens, and which are published.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Signing {
    pub(in super::super) uses_next: bool,
    /// The first one always is.
    pub(in super::super) publishes_next: bool,
}

/// What the tokens say of a grant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claims<'a> {
    pub(super) user: &'a str,
    pub(super) client_id: &'a str,
    pub(super) scope: &'a str,
    pub(super) auth_event: &'a str,
}

impl Claims<'_> {
    fn asks_for(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|one| one == scope)
    }
}

/// An access token made at `now`. Its signature is true only when `openid` was granted: signing takes about as long
/// as everything else in an answer together, and nobody can check the others.
pub(super) fn make_access_token(claims: &Claims<'_>, now: DateTime<Utc>) -> String {
    let payload = json!({
        "nbf": now.timestamp(),
        "exp": (now + Provider::Xero.access_life()).timestamp(),
        "iss": ISSUER,
        "aud": format!("{ISSUER}/resources"),
        "client_id": claims.client_id,
        "sub": claims.user.replace('-', ""),
        "auth_time": now.timestamp(),
        "xero_userid": claims.user,
        "global_session_id": claims.auth_event.replace('-', ""),
        "jti": values::make_hex::<16>(),
        "authentication_event_id": claims.auth_event,
        "scope": claims.scope.split(' ').collect::<Vec<_>>(),
    });
    encode(&payload, claims.asks_for("openid").then_some(Key::First))
}

/// The id token of a consent, where `openid` was granted.
pub(super) fn make_id_token(
    claims: &Claims<'_>,
    signing: Signing,
    now: DateTime<Utc>,
) -> Option<String> {
    let key = if signing.uses_next {
        Key::Next
    } else {
        Key::First
    };
    let payload = json!({
        "nbf": now.timestamp(),
        "exp": (now + chrono::TimeDelta::minutes(5)).timestamp(),
        "iss": ISSUER,
        "aud": claims.client_id,
        "iat": now.timestamp(),
        "sid": claims.auth_event.replace('-', ""),
        "sub": claims.user.replace('-', ""),
        "auth_time": now.timestamp(),
        "xero_userid": claims.user,
        "email": "canary.person@example.com",
        "given_name": "Canary",
        "family_name": "Person",
    });
    claims
        .asks_for("openid")
        .then(|| encode(&payload, Some(key)))
}

/// The public keys, as a JSON web key set.
pub(super) fn key_set(signing: Signing) -> Value {
    let mut keys = vec![Key::First.public()];
    if signing.publishes_next {
        keys.push(Key::Next.public());
    }
    json!({"keys": keys})
}

/// Signed by a key, or by nobody.
fn encode(payload: &Value, key: Option<Key>) -> String {
    let id = key.unwrap_or(Key::First).id();
    let header = json!({"alg": "RS256", "kid": id, "typ": "JWT"}).to_string();
    // The marker comes first: its base64 is the same in every token.
    let payload = format!("{}{}", canary::JWT_TEXT, &payload.to_string()[1..]);
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let pair = key.unwrap_or(Key::First).pair();
    let mut signature = vec![0; pair.public().modulus_len()];
    if key.is_some() {
        pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            text.as_bytes(),
            &mut signature,
        )
        .expect("the buffer has the length of the modulus");
    } else {
        let own = values::make_hex::<16>();
        for (place, byte) in signature.iter_mut().zip(own.bytes().cycle()) {
            *place = byte;
        }
    }
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

impl Key {
    const fn id(self) -> &'static str {
        match self {
            Self::First => "simulated-key",
            Self::Next => "simulated-next-key",
        }
    }

    fn pair(self) -> &'static KeyPair {
        static FIRST: OnceLock<KeyPair> = OnceLock::new();
        static NEXT: OnceLock<KeyPair> = OnceLock::new();
        let (parsed, bytes): (_, &[u8]) = match self {
            Self::First => (&FIRST, include_bytes!("xero-signing-key.pk8")),
            Self::Next => (&NEXT, include_bytes!("xero-next-signing-key.pk8")),
        };
        parsed.get_or_init(|| KeyPair::from_pkcs8(bytes).expect("the key beside this file is one"))
    }

    fn public(self) -> Value {
        let public: PublicKeyComponents<Vec<u8>> = self.pair().public().into();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id(),
            "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e),
        })
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{self, RSA_PKCS1_2048_8192_SHA256};

    use super::*;

    const CLAIMS: Claims<'_> = Claims {
        user: "4f6b1a70-0000-4000-8000-000000000001",
        client_id: "client",
        scope: "openid offline_access",
        auth_event: "4f6b1a70-0000-4000-8000-000000000002",
    };

    const ROTATED: Signing = Signing {
        uses_next: true,
        publishes_next: true,
    };

    /// With the key of this place in the set.
    fn verify(token: &str, place: usize) -> Result<Value, ring::error::Unspecified> {
        let (text, signature) = token.rsplit_once('.').unwrap();
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let keys = key_set(ROTATED);
        let number = |name: &str| part(keys["keys"][place][name].as_str().unwrap());
        let key = signature::RsaPublicKeyComponents {
            n: number("n"),
            e: number("e"),
        };
        key.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            text.as_bytes(),
            &part(signature),
        )?;
        let payload = text.split_once('.').unwrap().1;
        Ok(serde_json::from_slice(&part(payload)).unwrap())
    }

    #[test]
    fn an_id_token_is_signed_by_the_published_key() {
        let now = DateTime::UNIX_EPOCH;
        let token = |signing| make_id_token(&CLAIMS, signing, now).unwrap();
        assert!(verify(&token(ROTATED), 0).is_err());
        assert!(verify(&token(ROTATED), 1).is_ok());
        let payload = verify(&token(Signing::default()), 0).unwrap();
        assert_eq!(payload["aud"], "client");
        assert_eq!(payload["iss"], ISSUER);
        let payload = verify(&make_access_token(&CLAIMS, now), 0).unwrap();
        assert_eq!(payload["exp"], 1800);
        assert_eq!(payload["authentication_event_id"], CLAIMS.auth_event);
    }

    #[test]
    fn without_openid_there_is_no_id_token_and_no_true_signature() {
        let claims = Claims {
            scope: "offline_access",
            ..CLAIMS
        };
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(make_id_token(&claims, Signing::default(), now), None);
        let token = make_access_token(&claims, now);
        assert!(verify(&token, 0).is_err());
        assert!(token.contains(canary::JWT), "{token}");
    }
}
