//! Cookies (RFC 6265), and the one that ties a consent to the browser in which it was begun.

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap, HeaderValue},
};
use fluxori_connections::BrowserBinding;
use secrecy::ExposeSecret;

/// `__Host-`: only this host, only over TLS (or loopback), for every path. Nobody else can plant it.
const NAME: &str = "__Host-fluxori-oauth";

/// As long as a seller may take at a consent page.
const SECONDS: u32 = 600;

/// The binding that the browser sent, where it sent exactly one.
pub(crate) fn browser_binding(request: &HttpRequest) -> Option<BrowserBinding> {
    one_cookie(request.headers(), NAME).and_then(BrowserBinding::parse)
}

/// The value of the cookie of this name, where the browser sent exactly one: of two, nobody knows who set which.
pub(crate) fn one_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut sent = headers
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(sent, _)| *sent == name);
    match (sent.next(), sent.next()) {
        (Some((_, value)), None) => Some(value),
        _ => None,
    }
}

/// `Set-Cookie` for a browser that goes to a consent page.
///
/// Lax: the browser comes back by a link from the marketplace's pages. No script has to read it.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: into the cookie of the one browser that may have it"
)]
pub(crate) fn set_browser_binding(binding: &BrowserBinding) -> HeaderValue {
    let value = binding.to_cookie();
    let cookie = format!(
        "{NAME}={}; Path=/; Max-Age={SECONDS}; Secure; HttpOnly; SameSite=Lax",
        value.expose_secret()
    );
    let mut value = HeaderValue::try_from(cookie).expect("base64url is visible ASCII");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(headers: &[&str]) -> Option<BrowserBinding> {
        let mut request = TestRequest::default();
        for value in headers {
            request = request.append_header((header::COOKIE, *value));
        }
        browser_binding(&request.to_http_request())
    }

    #[test]
    fn a_cookie_comes_back_as_it_was_set() {
        let set = set_browser_binding(&BrowserBinding::make().unwrap());
        assert!(set.is_sensitive());
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let back = read(&[&format!("a=b; {pair}; c=d")]).unwrap();
        assert_eq!(set_browser_binding(&back), set);
    }

    #[test]
    fn none_two_or_a_broken_one_count_as_none() {
        let set = set_browser_binding(&BrowserBinding::make().unwrap());
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        assert!(read(&[]).is_none());
        assert!(read(&[&format!("{pair}; {pair}")]).is_none());
        assert!(read(&[pair, pair]).is_none(), "in two headers");
        assert!(read(&[&format!("{pair}x")]).is_none());
        assert!(read(&[&format!("X{pair}")]).is_none(), "another name");
    }
}
