//! The two cookies of the page. `__Host-`: only this host, only over TLS (or loopback), for every path; nobody else can plant
//! one. Lax: a browser brings them along when it comes by a link. No script can read them.

use actix_web::http::header::{HeaderMap, HeaderValue};
use secrecy::ExposeSecret;

use super::{Attempt, Key};
use crate::http::one_cookie;

/// Somebody is signed in in this browser.
pub(crate) const SESSION: &str = "__Host-fluxori-session";
/// Somebody is on the way to the identity provider and back.
const ATTEMPT: &str = "__Host-fluxori-sign-in";

/// The key of the session, where the browser sent exactly one.
pub(crate) fn session_key(headers: &HeaderMap) -> Option<Key> {
    one_cookie(headers, SESSION).and_then(Key::parse)
}

/// The sign-in under way, where the browser sent exactly one.
pub(crate) fn attempt(headers: &HeaderMap) -> Option<Attempt> {
    one_cookie(headers, ATTEMPT).and_then(Attempt::parse)
}

/// `Set-Cookie` for who has signed in, for so many seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: into the cookie of the one browser that may have it"
)]
pub(super) fn set_session(key: &Key, seconds: i64) -> HeaderValue {
    set(SESSION, key.to_text().expose_secret(), seconds)
}

/// `Set-Cookie` for who has signed out.
pub(crate) fn forget_session() -> HeaderValue {
    set(SESSION, "", 0)
}

/// `Set-Cookie` for who goes to the identity provider.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: into the cookie of the one browser that may have it"
)]
pub(crate) fn set_attempt(attempt: &Attempt) -> HeaderValue {
    set(
        ATTEMPT,
        attempt.to_text().expose_secret(),
        super::attempt::LIFETIME.num_seconds(),
    )
}

/// `Set-Cookie` for who has come back.
pub(crate) fn forget_attempt() -> HeaderValue {
    set(ATTEMPT, "", 0)
}

fn set(name: &str, value: &str, seconds: i64) -> HeaderValue {
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    let mut value = HeaderValue::try_from(cookie).expect("base64url and dots are visible ASCII");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use actix_web::{http::header, test::TestRequest};

    use super::*;

    fn read(headers: &[&str]) -> Option<Key> {
        let mut request = TestRequest::default();
        for value in headers {
            request = request.append_header((header::COOKIE, *value));
        }
        session_key(request.to_http_request().headers())
    }

    #[test]
    fn none_two_or_a_broken_session_count_as_none() {
        let key = Key::make().unwrap();
        let set = set_session(&key, 60);
        assert!(set.is_sensitive());
        let text = set.to_str().unwrap();
        assert!(text.ends_with("; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"));
        let pair = text.split(';').next().unwrap();
        let back = read(&[&format!("a=b; {pair}; c=d")]).unwrap();
        assert_eq!(back.hash(), key.hash());
        assert!(read(&[]).is_none());
        assert!(read(&[&format!("{pair}; {pair}")]).is_none());
        assert!(read(&[pair, pair]).is_none(), "in two headers");
        assert!(read(&[&format!("{pair}; {SESSION}=x")]).is_none());
        assert!(read(&[&format!("{pair}x")]).is_none());
        assert!(read(&[&format!("x{pair}")]).is_none(), "another name");
        assert!(read(&[&pair.to_lowercase()]).is_none(), "case matters");
    }
}
