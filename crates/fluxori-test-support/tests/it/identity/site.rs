//! A simulated provider with a clock that the test moves, and an application that uses it.

use std::sync::Arc;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use fluxori_test_support::{
    clock::ManualClock,
    identity::{CLIENT_ID, CLIENT_SECRET, Person, SimulatedIdentity, sign_in},
};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;
use url::{Url, form_urlencoded::Serializer};

use crate::world::{exchange, parameter};

pub(super) const REDIRECT: &str = "http://127.0.0.1:8080/auth/callback";
/// Verifier and challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

type Pairs<'a> = Vec<(&'a str, &'a str)>;

pub(super) struct Site {
    pub(super) identity: SimulatedIdentity,
    pub(super) clock: Arc<ManualClock>,
}

impl Site {
    pub(super) fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let identity = SimulatedIdentity::start_with(Arc::clone(&clock) as _);
        Self { identity, clock }
    }

    pub(super) fn get(&self, path: &str) -> Value {
        let (_, text) = exchange(self.identity.issuer(), "GET", path, &[], "");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// The address of the page, with these parameters in place of the usual ones; an empty value leaves one out.
    pub(super) fn page(&self, changes: &[(&str, &str)]) -> String {
        let mut pairs: Pairs<'_> = vec![
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("scope", "openid"),
            ("state", "some-state"),
            ("nonce", "some-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        change(&mut pairs, changes);
        let issuer = self.identity.issuer();
        let page = Url::parse_with_params(&format!("{issuer}/authorize"), pairs);
        page.unwrap().into()
    }

    /// What the token endpoint answers to the application with a secret.
    pub(super) fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> (u16, Value) {
        let basic = STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
        self.redeem_as(&format!("Basic {basic}"), code, changes)
    }

    pub(super) fn redeem_as(
        &self,
        login: &str,
        code: &str,
        changes: &[(&str, &str)],
    ) -> (u16, Value) {
        let mut pairs: Pairs<'_> = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        change(&mut pairs, changes);
        let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        if !login.is_empty() {
            headers.push(("authorization", login));
        }
        let issuer = self.identity.issuer();
        let (head, text) = exchange(issuer, "POST", "/token", &headers, &body);
        let status = head.get(9..12).map_or(0, |status| status.parse().unwrap());
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// The ID token of a whole sign-in.
    pub(super) fn id_token(&self) -> String {
        let code = code_of(&self.page(&[]));
        let (status, answer) = self.redeem(&code, &[]);
        assert_eq!(status, 200, "{answer}");
        answer["id_token"].as_str().unwrap().to_owned()
    }

    /// The claims of a token that is signed by a published key.
    pub(super) fn verify(&self, token: &str) -> Result<Value, &'static str> {
        let (text, signature) = token.rsplit_once('.').unwrap();
        let header = part(text.split('.').next().unwrap());
        if header["alg"] != "ES256" {
            return Err("another algorithm");
        }
        let keys = self.get("/keys");
        let mut keys = keys["keys"].as_array().unwrap().iter();
        let key = keys.find(|key| key["kid"] == header["kid"]);
        let key = key.ok_or("an unknown key")?;
        let mut point = vec![4];
        for name in ["x", "y"] {
            let coordinate = URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap());
            point.extend(coordinate.unwrap());
        }
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(text.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
            .map_err(|_| "a wrong signature")?;
        Ok(part(text.split('.').nth(1).unwrap()))
    }
}

/// Signs in, and returns the code.
pub(super) fn code_of(page: &str) -> String {
    let callback = sign_in(page, &Person::new("ada", "engines")).unwrap();
    parameter(&parameters(&callback), "code").to_owned()
}

fn change<'a>(pairs: &mut Pairs<'a>, changes: &[(&'a str, &'a str)]) {
    for change in changes {
        pairs.retain(|(name, _)| *name != change.0);
        if !change.1.is_empty() {
            pairs.push(*change);
        }
    }
}

pub(super) fn parameters(address: &str) -> Vec<(String, String)> {
    let address: Url = address.parse().unwrap();
    address.query_pairs().into_owned().collect()
}

pub(super) fn part(text: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}
