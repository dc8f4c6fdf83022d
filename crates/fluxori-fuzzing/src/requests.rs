use fluxori_api::fuzzing::{bodies, headers, page};
use fluxori_domain::PageRequest;

use crate::silence::assert_silent;

/// The body of a request, for every route that takes one: nothing of it is repeated where it is refused, not even the name
/// of a field that somebody pasted a secret into.
pub fn request_body(input: &[u8]) {
    for refused in bodies(input).iter().filter_map(|read| read.as_ref().err()) {
        assert_silent(refused);
    }
}

/// What comes beside a body: the query of a list and the values of headers. Refused without being repeated, or within
/// its bounds.
pub fn request_head(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        match page(text) {
            Ok(page) => {
                assert!((1..=PageRequest::MAX).contains(&page.limit));
                if let Some(cursor) = page.after {
                    assert_eq!(cursor.to_string().parse(), Ok(cursor));
                }
            }
            Err(printed) => assert_silent(&printed),
        }
    }
    let Some(headers) = headers(input) else {
        return;
    };
    match headers.expected_version {
        Ok(version) => assert!(version.is_none_or(|version| version >= 0)),
        Err(printed) => assert_silent(&printed),
    }
    match headers.idempotency_key {
        Ok(key) => assert_eq!(key.expect("it was sent").as_str().as_bytes(), input),
        Err(printed) => assert_silent(&printed),
    }
    if let Some(value) = headers.cookie {
        assert!(!value.contains(';'), "a cookie runs into the next");
    }
}
