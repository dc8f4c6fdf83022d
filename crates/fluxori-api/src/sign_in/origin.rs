//! Whether a request with a cookie comes from our own page. Browsers send cookies along with what other pages make them ask;
//! these headers, which no page can forge, say who asked.

use actix_web::http::{
    Method,
    header::{HeaderMap, HeaderName, ORIGIN},
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether no header says that another page asked. Old browsers send neither.
pub(super) fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    let all = |name, wanted: &str| headers.get_all(name).all(|sent| sent == wanted);
    all(ORIGIN, origin) && all(SEC_FETCH_SITE, "same-origin")
}

/// Whether a request of this method changes nothing (RFC 9110, section 9.2.1).
pub(super) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn is_own_with(sent: &[(&str, &str)]) -> bool {
        let mut request = TestRequest::default();
        for (name, value) in sent {
            request = request.append_header((*name, *value));
        }
        is_own(
            request.to_http_request().headers(),
            "https://vault.example.com",
        )
    }

    #[test]
    fn only_our_own_page_is_our_own() {
        let own = ("origin", "https://vault.example.com");
        assert!(is_own_with(&[]));
        assert!(is_own_with(&[own]));
        assert!(is_own_with(&[own, ("sec-fetch-site", "same-origin")]));
        for foreign in [
            ("origin", "https://app.example.com"),
            ("origin", "http://vault.example.com"),
            ("origin", "https://vault.example.com:8443"),
            ("origin", "https://vault.example.com.evil.example"),
            ("origin", "null"),
            ("origin", ""),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "none"),
        ] {
            assert!(!is_own_with(&[foreign]), "{foreign:?}");
            assert!(!is_own_with(&[own, foreign]), "{foreign:?}");
        }
    }
}
