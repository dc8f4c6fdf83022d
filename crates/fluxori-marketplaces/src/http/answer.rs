use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde::{Deserialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// Headers in which marketplaces name a request, for their support desks.
const REQUEST_ID_HEADERS: [&str; 4] = [
    "x-amzn-requestid",
    "x-request-id",
    "xero-correlation-id",
    "cf-ray",
];

/// What a marketplace, or something in front of it, answered. Prints neither headers nor body.
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

enum Body {
    /// Declared as JSON, and read to the end. Wiped, for it may hold tokens.
    Json(Zeroizing<Vec<u8>>),
    /// Declared as HTML: a page for people, so not from the interface that we called.
    Html,
    /// Nothing, or declared as something else.
    Other,
    /// Cut, too slow or too large.
    Incomplete,
}

impl Answer {
    /// `body` is `None` when it could not be read to its end.
    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        body: Option<Zeroizing<Vec<u8>>>,
    ) -> Self {
        let declared = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .map(|value| value.trim().to_ascii_lowercase())
            .unwrap_or_default();
        let is_html = matches!(declared.as_str(), "text/html" | "application/xhtml+xml");
        let is_json = declared == "application/json" || declared.ends_with("+json");
        let body = match body {
            _ if is_html => Body::Html,
            None => Body::Incomplete,
            Some(bytes) if is_json => Body::Json(bytes),
            Some(_) => Body::Other,
        };
        Self {
            status,
            headers,
            body,
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as `T`; `None` unless it is complete, declared as JSON, and of that shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        match &self.body {
            Body::Json(bytes) => serde_json::from_slice(bytes).ok(),
            Body::Html | Body::Other | Body::Incomplete => None,
        }
    }

    pub(crate) const fn is_html(&self) -> bool {
        matches!(self.body, Body::Html)
    }

    /// Whether it came whole, and does not say that the host is in trouble. What it means for the credential is another
    /// question: a refusal is an answer.
    pub(super) fn is_of_a_host_that_is_well(&self) -> bool {
        !self.status.is_server_error() && !matches!(self.body, Body::Incomplete)
    }

    /// Whether the network in front of the marketplace says that it refused the call itself.
    ///
    /// Since 2026 Cloudflare answers in JSON when asked for JSON, with members that look like a marketplace's own.
    pub(crate) fn is_from_edge(&self) -> bool {
        #[derive(Deserialize)]
        struct EdgeProblem {
            #[serde(default)]
            cloudflare_error: serde_json::Value,
            #[serde(default, rename = "type")]
            kind: serde_json::Value,
        }
        self.headers.contains_key("cf-mitigated")
            || self.json::<EdgeProblem>().is_some_and(|problem| {
                problem.cloudflare_error == true
                    || problem
                        .kind
                        .as_str()
                        .is_some_and(|kind| kind.starts_with("https://developers.cloudflare.com/"))
            })
    }

    /// What the marketplace calls this request, if it looks like a name and nothing else.
    pub(crate) fn request_id(&self) -> Option<&str> {
        REQUEST_ID_HEADERS
            .iter()
            .find_map(|name| self.headers.get(*name)?.to_str().ok())
            .filter(|id| {
                (1..=64).contains(&id.len())
                    && id
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status.as_u16())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
impl Answer {
    /// An answer as it would be read off the wire.
    pub(crate) fn fake(status: u16, content_type: &str, body: &str) -> Self {
        let mut headers = HeaderMap::new();
        if !content_type.is_empty() {
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        }
        Self::new(
            StatusCode::from_u16(status).unwrap(),
            headers,
            Some(Zeroizing::new(body.as_bytes().to_vec())),
        )
    }

    /// A JSON answer.
    pub(crate) fn fake_json(status: u16, body: &str) -> Self {
        Self::fake(status, "application/json; charset=utf-8", body)
    }

    /// An answer whose body never ended.
    pub(crate) fn fake_cut(status: u16) -> Self {
        let mut answer = Self::fake_json(status, "");
        answer.body = Body::Incomplete;
        answer
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("application/json", true)]
    #[case("application/json; charset=utf-8", true)]
    #[case("Application/Problem+JSON", true)]
    #[case("text/plain", false)]
    #[case("", false)]
    #[case("application/jsonp", false)]
    #[case("text/html", false)]
    fn only_what_is_declared_as_json_is_read_as_json(#[case] declared: &str, #[case] json: bool) {
        let answer = Answer::fake(200, declared, r#"{"a":1}"#);
        assert_eq!(answer.json::<serde_json::Value>().is_some(), json);
    }

    #[test]
    fn a_page_is_a_page_even_when_it_was_cut() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap());
        assert!(Answer::new(StatusCode::OK, headers, None).is_html());
        assert!(!Answer::fake_cut(200).is_html());
    }

    #[rstest]
    #[case(
        Answer::fake_json(403, r#"{"title":"Error 1020","status":403,"cloudflare_error":true}"#),
        true
    )]
    #[case(
        Answer::fake_json(403, r#"{"type":"https://developers.cloudflare.com/x","title":"t"}"#),
        true
    )]
    #[case(Answer::fake(403, "text/html", "").with("cf-mitigated", "challenge"), true)]
    #[case(Answer::fake_json(403, r#"{"title":"Forbidden","status":403}"#), false)]
    #[case(Answer::fake_json(403, r#"{"message":"no","cloudflare_error":"x"}"#).with("cf-ray", "8a"), false)]
    fn the_edge_is_told_from_the_marketplace(#[case] answer: Answer, #[case] edge: bool) {
        assert_eq!(answer.is_from_edge(), edge);
    }

    #[rstest]
    #[case(Answer::fake_json(200, "{}"), true)]
    #[case(Answer::fake_json(401, "{}"), true)]
    #[case(Answer::fake_json(429, "{}"), true)]
    #[case(Answer::fake(403, "text/html", "<html>"), true)]
    #[case(Answer::fake_json(500, "{}"), false)]
    #[case(Answer::fake(503, "text/html", "<html>"), false)]
    #[case(Answer::fake_cut(200), false)]
    fn a_host_that_answers_is_well_whatever_it_says(#[case] answer: Answer, #[case] is_well: bool) {
        assert_eq!(answer.is_of_a_host_that_is_well(), is_well);
    }

    #[test]
    fn debug_answer_shows_the_status_only() {
        let answer = Answer::fake_json(200, r#"{"access_token":"canary"}"#).with("x-a", "canary");
        assert_eq!(format!("{answer:?}"), "Answer { status: 200, .. }");
    }

    #[rstest]
    #[case("5f1b2c3d-0000-4000-8000-000000000000", true)]
    #[case("a b", false)]
    #[case("", false)]
    fn a_request_id_is_logged_only_if_it_is_one(#[case] id: &str, #[case] logged: bool) {
        let answer = Answer::fake_json(200, "{}").with("x-amzn-requestid", id);
        assert_eq!(answer.request_id().is_some(), logged);
    }
}
