use std::borrow::Cow;

use actix_web::HttpRequest;
use fluxori_domain::{CallbackQuery, SecretText};
use url::form_urlencoded;

/// More than any marketplace sends.
const MOST_PARAMETERS: usize = 32;
/// See [`MOST_PARAMETERS`].
const MOST_BYTES: usize = 8 * 1024;

/// The parameters with which a marketplace sent a browser, decoded, in their order. None at all when there are too many:
/// no marketplace sends none.
pub(crate) fn callback_query(request: &HttpRequest) -> CallbackQuery {
    parse(request.query_string())
}

pub(super) fn parse(text: &str) -> CallbackQuery {
    let pairs = || form_urlencoded::parse(text.as_bytes());
    if text.len() > MOST_BYTES || pairs().count() > MOST_PARAMETERS {
        return CallbackQuery::new(Vec::new());
    }
    let secret = |value: Cow<'_, str>| match value {
        Cow::Borrowed(value) => SecretText::copy_of(value),
        Cow::Owned(value) => SecretText::new(value),
    };
    let pairs = pairs().map(|(name, value)| (name.into_owned(), secret(value)));
    CallbackQuery::new(pairs.collect())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn names(query: &str) -> Vec<String> {
        let request = TestRequest::with_uri(&format!("/?{query}")).to_http_request();
        let query = callback_query(&request);
        query.iter().map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn parameters_are_decoded_and_keep_their_order() {
        assert_eq!(names("b=1&a%5B%5D=2&b=3"), ["b", "a[]", "b"]);
        assert!(names("").is_empty());
    }

    #[test]
    fn too_many_or_too_long_parameters_are_none() {
        assert_eq!(names(&"a=1&".repeat(32)).len(), 32);
        assert!(names(&"a=1&".repeat(33)).is_empty());
        assert!(names(&format!("a={}", "x".repeat(MOST_BYTES))).is_empty());
    }
}
