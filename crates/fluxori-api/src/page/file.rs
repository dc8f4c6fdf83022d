use std::borrow::Cow;

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web::Bytes};

/// A file as it is.
pub(super) fn respond(
    bytes: Cow<'static, [u8]>,
    content_type: &'static str,
    cache: &'static str,
) -> HttpResponse {
    let bytes = match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CACHE_CONTROL, cache))
        .body(bytes)
}

/// What a file is, by the end of its name; `None` for a name that a build does not give. A plain name has no separator in it,
/// so it leads to no other folder, whatever the files lie in.
pub(super) fn content_type(name: &str) -> Option<&'static str> {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let (stem, end) = name.rsplit_once('.')?;
    if !is_plain || stem.is_empty() || stem.starts_with('.') {
        return None;
    }
    Some(match end {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_of_known_files_are_served() {
        assert_eq!(
            content_type("index-B_x1.css"),
            Some("text/css; charset=utf-8")
        );
        for bad in [
            "",
            "index",
            "index.html",
            "index.js.map",
            ".js",
            "..js",
            "../index.js",
            "a/b.js",
            "a\\b.js",
            "a%2f.js",
            "a\0.js",
            "é.js",
        ] {
            assert_eq!(content_type(bad), None, "{bad}");
        }
    }
}
