use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fluxori_api::{
    JwtSettings,
    fuzzing::{bearer, id_token},
};
use fluxori_domain::SecretText;
use ring::hmac;

use crate::{silence::assert_silent, sites::now};

/// What signs bearer tokens here.
const SECRET: &str = "canary-jwt-7c1e95b2d0f84a36-secret";

/// A bearer token as it came: three parts, of which the last is `sign` to have the token signed first, so that what lies
/// behind the signature is met as well. Nobody is let in with another signature than ours, and nobody's time is endless.
pub fn bearer_token(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let settings = JwtSettings {
        secret: Some(SecretText::copy_of(SECRET)),
        ..JwtSettings::default()
    };
    let signed = signed(text);
    let token = signed.as_deref().unwrap_or(text);
    match bearer(&settings, token, now()) {
        Ok((scope, until)) => {
            assert!(
                is_ours(token),
                "somebody else signed it, and it is believed"
            );
            assert!(now() < until, "it has run out, and it is believed");
            assert!(!scope.user.as_str().is_empty() && !scope.organization.as_str().is_empty());
        }
        Err(printed) => assert_silent(&printed),
    }
}

/// A key set of an identity provider, and in the line below it an ID token: nothing is printed of either, and without the
/// provider's private key nobody signs in.
pub fn identity_keys(input: &[u8]) {
    let end = input.iter().rposition(|byte| *byte == b'\n');
    let (keys, token) = match end {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, &b""[..]),
    };
    let nonce = SecretText::copy_of("canary-nonce-1");
    let token = String::from_utf8_lossy(token);
    match id_token(&JwtSettings::default(), keys, &token, &nonce, now()) {
        // Whoever chooses the keys can sign, but for the nonce that only the browser has.
        Some(Ok(_)) => panic!("somebody signed in without the nonce of a browser"),
        Some(Err(printed)) => assert_silent(&printed),
        None => {}
    }
}

/// The token with our signature, where it asks for one. Its header and claims may be written in the clear.
fn signed(text: &str) -> Option<String> {
    let unsigned = text.strip_suffix(".sign")?;
    let (header, claims) = unsigned.split_once("}.{").map_or_else(
        || {
            unsigned
                .split_once('.')
                .map(|(header, claims)| (header.to_owned(), claims.to_owned()))
        },
        |(header, claims)| {
            let encode = |json: String| URL_SAFE_NO_PAD.encode(json);
            Some((encode(format!("{header}}}")), encode(format!("{{{claims}"))))
        },
    )?;
    let signature =
        URL_SAFE_NO_PAD.encode(hmac::sign(&key(), format!("{header}.{claims}").as_bytes()));
    Some(format!("{header}.{claims}.{signature}"))
}

fn is_ours(token: &str) -> bool {
    token.rsplit_once('.').is_some_and(|(signed, signature)| {
        let expected = hmac::sign(&key(), signed.as_bytes());
        URL_SAFE_NO_PAD.encode(expected) == signature
    })
}

fn key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes())
}
