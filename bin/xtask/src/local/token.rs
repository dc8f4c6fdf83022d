//! A token that lets a developer call a local server: HS256 by hand, with the claims that the server asks for.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::json;

/// Issuer that a local server expects and its tokens carry.
pub(crate) const ISSUER: &str = "fluxori-dev";
/// Audience that a local server expects and its tokens carry.
pub(crate) const AUDIENCE: &str = "fluxori";

const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// A token for `dev-user` of `dev-org`, good for seven days.
pub(crate) fn developer_token(secret: &[u8]) -> String {
    token_for(secret, "dev-user", "dev-org")
}

/// A token for anybody, good for as long.
pub(crate) fn token_for(secret: &[u8], user: &str, organization: &str) -> String {
    let now = now();
    let claims = json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user,
        "org_id": organization,
        "iat": now.as_secs(),
        "exp": (now + LIFETIME).as_secs(),
    });
    sign(
        secret,
        br#"{"alg":"HS256","typ":"JWT"}"#,
        claims.to_string().as_bytes(),
    )
}

fn sign(secret: &[u8], header: &[u8], claims: &[u8]) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a token for a real server needs the real time"
)]
fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock stands after 1970")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.1.
    #[test]
    fn the_signature_is_that_of_the_published_example() {
        let secret = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let token = sign(
            &secret,
            b"{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}",
            b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}",
        );
        assert_eq!(
            token,
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
             .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
             .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
    }

    #[test]
    fn a_developer_token_names_user_and_organization_and_ends() {
        let token = developer_token(b"secret");
        let claims = token.split('.').nth(1).unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!(claims["sub"], "dev-user");
        assert_eq!(claims["org_id"], "dev-org");
        assert_eq!(
            claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
            7 * 24 * 3600
        );
    }
}
