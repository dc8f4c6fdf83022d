//! Compact signed tokens (RFC 7515, section 7.1), taken apart strictly.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::TokenError;

/// The algorithms that exist here. `none` is not one of them, and neither is any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Algorithm {
    #[serde(rename = "HS256")]
    Hs256,
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "ES256")]
    Es256,
}

/// A token in its parts; nothing of it is believed yet.
#[derive(Debug)]
pub(super) struct Compact<'a> {
    /// What the header claims.
    pub(super) algorithm: Algorithm,
    /// The name of the key.
    pub(super) key_id: Option<String>,
    /// Header and payload as they were signed.
    pub(super) signed: &'a str,
    /// The payload.
    pub(super) payload: Vec<u8>,
    /// The signature.
    pub(super) signature: Vec<u8>,
}

/// Keys and addresses of keys that a header may bring (`jwk`, `jku`, `x5u`) are never looked at.
#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    kid: Option<String>,
    typ: Option<String>,
    /// Extensions that must be understood. We understand none.
    #[serde(default, deserialize_with = "seen")]
    crit: bool,
    /// RFC 7797: another way to sign.
    #[serde(default, deserialize_with = "seen")]
    b64: bool,
}

/// Whatever the value, `null` included.
fn seen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl<'a> Compact<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, TokenError> {
        let malformed = TokenError::Malformed;
        let (signed, signature) = token.rsplit_once('.').ok_or(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(malformed)?;
        // A dot is not base64url, so a fourth part does not decode.
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed);
        let header: Header =
            serde_json::from_slice(&decode(header)?).map_err(|_| TokenError::Malformed)?;
        let is_access_token = header.typ.as_deref().is_none_or(|typ| {
            ["JWT", "at+jwt", "application/at+jwt"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(typ))
        });
        if header.crit || header.b64 || !is_access_token {
            return Err(malformed);
        }
        Ok(Self {
            algorithm: header.alg,
            key_id: header.kid,
            signed,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", encode(header), encode("{}"), encode("sig"))
    }

    #[test]
    fn only_three_algorithms_exist() {
        for alg in ["HS256", "RS256", "ES256"] {
            assert!(Compact::parse(&token(&format!(r#"{{"alg":"{alg}"}}"#))).is_ok());
        }
        for alg in [
            "none", "None", "nOnE", "", "hs256", "HS512", "PS256", "EdDSA",
        ] {
            let token = token(&format!(r#"{{"alg":"{alg}"}}"#));
            assert_eq!(
                Compact::parse(&token).unwrap_err(),
                TokenError::Malformed,
                "{alg}"
            );
        }
    }

    #[test]
    fn headers_that_ask_for_more_are_refused() {
        for header in [
            r#"{"alg":"HS256","crit":["exp"]}"#,
            r#"{"alg":"HS256","crit":[]}"#,
            r#"{"alg":"HS256","crit":null}"#,
            r#"{"alg":"HS256","b64":false}"#,
            r#"{"alg":"HS256","typ":"logout+jwt"}"#,
            r#"{"alg":"HS256","typ":5}"#,
            r#"{"alg":"HS256","kid":{}}"#,
            r#"{"alg":"HS256","alg":"RS256"}"#,
            r#"{"kid":"a"}"#,
            r#"["HS256"]"#,
            "",
        ] {
            assert!(Compact::parse(&token(header)).is_err(), "{header}");
        }
        assert!(Compact::parse(&token(r#"{"alg":"HS256","typ":"jwt"}"#)).is_ok());
        assert!(Compact::parse(&token(r#"{"alg":"HS256","typ":"at+JWT","x5t":"a"}"#)).is_ok());
    }

    #[test]
    fn only_three_parts_of_unpadded_base64url_are_a_token() {
        let good = token(r#"{"alg":"HS256"}"#);
        assert!(Compact::parse(&good).is_ok());
        let padded = format!("{good}=");
        let fourth = format!("{good}.e30");
        let leading = format!(".{good}");
        let space = format!("{good} ");
        for bad in [
            "",
            "a",
            "a.b",
            "..",
            padded.as_str(),
            &fourth,
            &leading,
            &space,
        ] {
            assert!(Compact::parse(bad).is_err(), "{bad}");
        }
    }
}
