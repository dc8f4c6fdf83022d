use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Clocks, SecretText};
use serde::Deserialize;

use super::jwt::Jwt;

/// How long an access token lives.
const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(30);

/// How long a refresh token lives if it is not used.
const REFRESH_LIFE: TimeDelta = TimeDelta::days(60);

/// The only claim that is read: the others say who the user is.
#[derive(Deserialize)]
struct Claims {
    exp: i64,
}

/// When the parts of a token set run out, as its access token says. Unknown when it is not a JWT.
///
/// The signature is not checked: Xero does that, and a wrong guess here is corrected by the first call.
pub(super) fn clocks_of(access_token: &SecretText, has_refresh_token: bool) -> Clocks {
    let Some(expiry) = expiry_of(access_token) else {
        return Clocks::default();
    };
    Clocks {
        access_expires_at: Some(expiry),
        refresh_expires_at: has_refresh_token.then(|| expiry - ACCESS_LIFE + REFRESH_LIFE),
        authorisation_expires_at: None,
    }
}

fn expiry_of(access_token: &SecretText) -> Option<DateTime<Utc>> {
    /// 2020 to 2100: seconds, not milliseconds, and not made up.
    const PLAUSIBLE: std::ops::Range<i64> = 1_577_836_800..4_102_444_800;
    let claims: Claims = Jwt::of(access_token)?.claims()?;
    PLAUSIBLE
        .contains(&claims.exp)
        .then(|| DateTime::from_timestamp(claims.exp, 0))
        .flatten()
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use rstest::rstest;

    use super::*;

    fn jwt(claims: &str) -> SecretText {
        SecretText::new(format!("eyJh.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
    }

    #[test]
    fn the_clocks_of_a_token_set_follow_from_its_access_token() {
        let token = jwt(r#"{"exp":1795429800,"xero_userid":"u"}"#);
        let clocks = clocks_of(&token, true);
        assert_eq!(
            clocks.access_expires_at.unwrap().to_rfc3339(),
            "2026-11-23T10:30:00+00:00"
        );
        assert_eq!(
            clocks.refresh_expires_at.unwrap().to_rfc3339(),
            "2027-01-22T10:00:00+00:00"
        );
        assert_eq!(clocks_of(&token, false).refresh_expires_at, None);
    }

    #[rstest]
    #[case(SecretText::copy_of("opaque"))]
    #[case(SecretText::copy_of("a.b.c"))]
    #[case(jwt("{}"))]
    #[case(jwt(r#"{"exp":"soon"}"#))]
    #[case(jwt(r#"{"exp":1795429800000}"#))]
    #[case(jwt(r#"{"exp":0}"#))]
    fn a_token_that_does_not_say_has_no_clocks(#[case] token: SecretText) {
        assert_eq!(clocks_of(&token, true), Clocks::default());
    }
}
