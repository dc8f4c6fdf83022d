//! Xero's JSON web tokens, and the key that signs them.

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
const KEY_ID: &str = "simulated-key";
/// A key made for this simulation. Nothing else trusts it.
const KEY: &[u8] = include_bytes!("xero-signing-key.pk8");

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
    encode(&payload, claims.asks_for("openid"))
}

/// The id token of a consent, where `openid` was granted.
pub(super) fn make_id_token(claims: &Claims<'_>, now: DateTime<Utc>) -> Option<String> {
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
    claims.asks_for("openid").then(|| encode(&payload, true))
}

/// The public key, as a JSON web key set.
pub(super) fn key_set() -> Value {
    let public: PublicKeyComponents<Vec<u8>> = key().public().into();
    json!({"keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID,
        "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e),
    }]})
}

fn encode(payload: &Value, is_signed: bool) -> String {
    let header = json!({"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}).to_string();
    // The marker comes first: its base64 is the same in every token.
    let payload = format!("{}{}", canary::JWT_TEXT, &payload.to_string()[1..]);
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let mut signature = vec![0; key().public().modulus_len()];
    if is_signed {
        key()
            .sign(
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

fn key() -> &'static KeyPair {
    static PARSED: OnceLock<KeyPair> = OnceLock::new();
    PARSED.get_or_init(|| KeyPair::from_pkcs8(KEY).expect("the key beside this file is one"))
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

    fn verify(token: &str) -> Result<Value, ring::error::Unspecified> {
        let (text, signature) = token.rsplit_once('.').unwrap();
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let keys = key_set();
        let number = |name: &str| part(keys["keys"][0][name].as_str().unwrap());
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
        let payload = verify(&make_id_token(&CLAIMS, now).unwrap()).unwrap();
        assert_eq!(payload["aud"], "client");
        assert_eq!(payload["iss"], ISSUER);
        let payload = verify(&make_access_token(&CLAIMS, now)).unwrap();
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
        assert_eq!(make_id_token(&claims, now), None);
        let token = make_access_token(&claims, now);
        assert!(verify(&token).is_err());
        assert!(token.contains(canary::JWT), "{token}");
    }
}
