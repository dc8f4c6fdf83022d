use actix_web::{HttpMessage, HttpRequest, http::header::HeaderMap};
use fluxori_domain::RequestId;
use uuid::Uuid;

/// Where it comes and goes.
pub(super) const HEADER: &str = "x-request-id";
/// Longest id that we take over.
const LONGEST: usize = 64;

/// The id of this request. Given by the edge to every request.
pub(crate) fn request_id(request: &HttpRequest) -> Option<RequestId> {
    request.extensions().get::<RequestId>().cloned()
}

/// The caller's own id where it is harmless in a log, otherwise a new one.
pub(super) fn accept_or_make(headers: &HeaderMap) -> RequestId {
    let mut sent = headers.get_all(HEADER);
    let accepted = match (sent.next(), sent.next()) {
        (Some(value), None) => value.to_str().ok().filter(|text| is_sane(text)),
        _ => None,
    };
    let text = accepted.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    RequestId::new(text).expect("letters, digits and hyphens are printable")
}

fn is_sane(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn accepted(values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                HeaderName::from_static(HEADER),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        accept_or_make(&headers).to_string()
    }

    #[test]
    fn a_sane_id_is_kept_and_any_other_replaced() {
        assert_eq!(accepted(&["a-1_B.2"]), "a-1_B.2");
        let long = "x".repeat(65);
        for odd in ["", "a b", "a\"b", "{}", "a/b", "<script>", long.as_str()] {
            assert!(Uuid::parse_str(&accepted(&[odd])).is_ok(), "{odd}");
        }
        assert!(Uuid::parse_str(&accepted(&["a", "b"])).is_ok());
    }
}
