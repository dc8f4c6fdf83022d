use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::SecretText;
use serde::Deserialize;

use super::{jwt::Jwt, keys::SigningKey};

/// Who signs, whatever address the identity server is called at.
pub(super) const ISSUER: &str = "https://identity.xero.com";

/// How far the clocks of Xero and ours may differ.
const TOLERANCE: TimeDelta = TimeDelta::seconds(5);

/// What an id token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    /// Our client id.
    pub(super) audience: &'a str,
    pub(super) now: DateTime<Utc>,
}

/// Why an id token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is signed with a key that we do not know. Xero may have made a new one.
    UnknownKey,
    /// It is no token, its signature is not true, or it is of and for somebody else, or old.
    Untrue,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: i64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn contains(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Several(several) => several.iter().any(|one| one == wanted),
        }
    }
}

/// Checks an id token: RS256 with one of the keys, from the issuer, for us, not expired. Nothing of it is kept.
pub(super) fn check(
    token: &SecretText,
    keys: &[SigningKey],
    expected: &Expected<'_>,
) -> Result<(), Doubt> {
    let jwt = Jwt::of(token).ok_or(Doubt::Untrue)?;
    let header: Header = jwt.header().ok_or(Doubt::Untrue)?;
    if header.alg != "RS256" {
        return Err(Doubt::Untrue);
    }
    let key = keys
        .iter()
        .find(|key| key.id == header.kid)
        .ok_or(Doubt::UnknownKey)?;
    let signature = jwt.signature().ok_or(Doubt::Untrue)?;
    if !key.signed(jwt.signed.as_bytes(), &signature) {
        return Err(Doubt::Untrue);
    }
    let claims: Claims = jwt.claims().ok_or(Doubt::Untrue)?;
    let is_good = claims.iss == expected.issuer
        && claims.aud.contains(expected.audience)
        && (expected.now - TOLERANCE).timestamp() <= claims.exp;
    is_good.then_some(()).ok_or(Doubt::Untrue)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use rstest::rstest;

    use super::*;

    /// Made once with a key that was thrown away: for `client-1`, until 2026-11-23T10:05:00Z.
    const TOKEN: &str = concat!(
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2lkZW50aXR5Lnhlcm8uY29tIiwi",
        "YXVkIjoiY2xpZW50LTEiLCJleHAiOjE3OTU0MjgzMDAsImVtYWlsIjoiY2FuYXJ5QGV4YW1wbGUuY29tIn0.Y8p7acv4GCfRDnoU",
        "m8LPX0Ca17rynI5E12rFjmxOjPip3Yn8piRQWC4Z_f6XcBLCDfpSv4kRV-uCNUerGDrLE09kFQTe4ekYwhNBMuq2fLH2FY60wddA",
        "PAWTl65smZQ-ehy8PU7UUO_N9QJ1nIcSAPNLqhYWXuKANoTmO7VEY4D1nIGyvyFJqIW7m9UF_7OJ5g0ZV-x1WzDo8pgZo3FpOCVB",
        "XPhdWDXvLTEiv0b0eRkYfSajp8jQSOUv86bJ-iPyoRxKwMguKpi_z8nnqHrhfJx8jgiWfrJ5MZ3vYzM-lLJGd8NbSK6IOx6-S9gt",
        "83LvwUKBHwssVC8OL6uPVGcUmQ",
    );
    const MODULUS: &str = concat!(
        "5fmHOEOd95PskVtV90JSaux3TJfziW9Lv4X7FstkxfmjuibnJbQv4q5UMA6fv5df7v0xwWWF3WInXdkqW0ztkqyKOqqtBKu28mBQ",
        "V_cA5q9qz7wa0RWTY7ubKUirdmYx79C_IKKqXO4w04dnmx2o07oqrk6n9mQN2q_SF6rF1d1tTEgSHqUfPm-oj6f0lEFWCNLTHhe_",
        "shASFIFvci7WYa7f9JEE1dfX_Wfmw4ih22BzY5AJNiO6SCHOgs2Vc48aKJh3Z6ci-iXrEbXXDaEwd3pNgN9jn3MBkUJL6toNKRhN",
        "5pc_MzU6jr4rrZcoCMLiLrz7jaII5IfglaLMz68PEQ",
    );
    const EXPIRY: i64 = 1_795_428_300;

    fn keys(id: &str) -> Vec<SigningKey> {
        vec![SigningKey {
            id: id.to_owned(),
            modulus: URL_SAFE_NO_PAD.decode(MODULUS).unwrap(),
            exponent: vec![1, 0, 1],
        }]
    }

    fn checked(token: &str, issuer: &str, audience: &str, at: i64) -> Result<(), Doubt> {
        let expected = Expected {
            issuer,
            audience,
            now: DateTime::from_timestamp(at, 0).unwrap(),
        };
        check(&SecretText::copy_of(token), &keys("k1"), &expected)
    }

    #[rstest]
    #[case(ISSUER, "client-1", EXPIRY - 300, true)]
    #[case(ISSUER, "client-1", EXPIRY + 5, true)]
    #[case(ISSUER, "client-1", EXPIRY + 6, false)]
    #[case(ISSUER, "client-2", EXPIRY - 300, false)]
    #[case("https://evil.example", "client-1", EXPIRY - 300, false)]
    fn a_token_is_from_xero_for_us_and_not_old(
        #[case] issuer: &str,
        #[case] audience: &str,
        #[case] at: i64,
        #[case] good: bool,
    ) {
        let result = checked(TOKEN, issuer, audience, at);
        assert_eq!(result, if good { Ok(()) } else { Err(Doubt::Untrue) });
    }

    #[test]
    fn a_token_that_was_changed_is_not_true() {
        let parts: Vec<_> = TOKEN.split('.').collect();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"k1"}"#);
        let shared = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"k1"}"#);
        let claims = URL_SAFE_NO_PAD
            .encode(r#"{"iss":"https://identity.xero.com","aud":"client-1","exp":1895428300}"#);
        for changed in [
            format!("{none}.{}.", parts[1]),
            format!("{shared}.{}.{}", parts[1], parts[2]),
            format!("{}.{claims}.{}", parts[0], parts[2]),
            format!("{}.{}.{}", parts[0], parts[1], &parts[2][4..]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{TOKEN}.x"),
            "opaque".to_owned(),
            String::new(),
        ] {
            let result = checked(&changed, ISSUER, "client-1", EXPIRY);
            assert_eq!(result, Err(Doubt::Untrue), "{changed}");
        }
    }

    #[test]
    fn a_token_of_an_unknown_key_may_be_true_later() {
        let expected = Expected {
            issuer: ISSUER,
            audience: "client-1",
            now: DateTime::from_timestamp(EXPIRY, 0).unwrap(),
        };
        let token = SecretText::copy_of(TOKEN);
        assert_eq!(
            check(&token, &keys("k2"), &expected),
            Err(Doubt::UnknownKey)
        );
        assert_eq!(check(&token, &[], &expected), Err(Doubt::UnknownKey));
    }
}
