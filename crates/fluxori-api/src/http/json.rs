//! JSON bodies in and out.

use std::time::Duration;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, dev::Payload,
    http::header, web::Bytes,
};
use fluxori_domain::FieldProblem;
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use zeroize::Zeroizing;

use crate::{
    admission::Aside,
    problem::{Problem, ProblemKind},
};

/// What a body may be; kept in the application's data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// Its most bytes.
    pub(crate) bytes: usize,
    /// How long it may take to arrive.
    pub(crate) time: Duration,
}

/// A body read as JSON.
///
/// The bytes are collected in one buffer of the right size, which is wiped when the value has been read from it.
/// What the framework and the operating system buffered on the way is beyond our reach.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = *request
            .app_data::<BodyLimits>()
            .expect("the server sets what a body may be");
        let announced = check_headers(request, limits.bytes);
        let aside = Aside::of(request);
        let payload = payload.take();
        async move {
            let body = collect(payload, announced?, limits);
            let body = aside.wait_for(body).await??;
            parse(&body).map(Self)
        }
        .boxed_local()
    }
}

/// What the headers alone rule out; otherwise the announced length.
fn check_headers(request: &HttpRequest, limit: usize) -> Result<usize, Problem> {
    let unsupported = |detail| Err(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    if request.content_type() != "application/json" {
        return unsupported("Send Content-Type: application/json.");
    }
    if request
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return unsupported("Send the body without Content-Encoding.");
    }
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    if announced > limit {
        return Err(too_large(limit));
    }
    Ok(announced)
}

/// Reads a body to its end, in a buffer that is wiped.
pub(super) async fn collect(
    payload: Payload,
    announced: usize,
    limits: BodyLimits,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let collected = collect_slowly(payload, announced, limits.bytes);
    let in_time = tokio::time::timeout(limits.time, collected).await;
    in_time.unwrap_or_else(|_| {
        let seconds = limits.time.as_secs();
        Err(Problem::new(
            ProblemKind::RequestTimeout,
            format!("The body did not arrive within {seconds} seconds."),
        ))
    })
}

async fn collect_slowly(
    mut payload: Payload,
    announced: usize,
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let mut body = Zeroizing::new(Vec::with_capacity(announced));
    while let Some(chunk) = payload.next().await {
        let chunk: Bytes = chunk
            .map_err(|_| Problem::new(ProblemKind::MalformedJson, "The body ended too early."))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        grow(&mut body, chunk.len(), limit);
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Makes room without leaving a copy behind: the old buffer is wiped.
fn grow(body: &mut Zeroizing<Vec<u8>>, more: usize, limit: usize) {
    let needed = body.len() + more;
    if needed > body.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity((needed * 2).min(limit)));
        larger.extend_from_slice(body);
        *body = larger;
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        ProblemKind::BodyTooLarge,
        format!("The body may have {limit} bytes at most."),
    )
}

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // serde would also take an array as a struct, its values in the order of the fields.
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return Err(match serde_json::from_slice::<IgnoredAny>(body) {
            Ok(_) => Problem::invalid_field("", "the body must be an object"),
            Err(error) => refused(&error, None),
        });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = shown_path(error.path());
        refused(error.inner(), path)
    })?;
    deserializer.end().map_err(|error| refused(&error, None))?;
    Ok(value)
}

/// serde's own messages quote what was sent, so only the place is taken from them.
fn refused(error: &serde_json::Error, path: Option<String>) -> Problem {
    if !error.is_data() {
        return Problem::new(
            ProblemKind::MalformedJson,
            format!(
                "The body is not JSON: trouble at line {}, column {}.",
                error.line(),
                error.column()
            ),
        );
    }
    let text = error.to_string();
    let message = if text.starts_with("unknown field") {
        "is not a field of this request"
    } else if text.starts_with("missing field") {
        "lacks a required field"
    } else if text.starts_with("duplicate field") {
        "comes twice"
    } else {
        "is not of the right type"
    };
    Problem::invalid(vec![FieldProblem {
        field: path.unwrap_or_default(),
        message: format!(
            "{message} (line {}, column {})",
            error.line(),
            error.column()
        ),
    }])
}

/// The path as far as its names may be repeated.
fn shown_path(path: &serde_path_to_error::Path) -> Option<String> {
    let mut names = Vec::new();
    for segment in path {
        let serde_path_to_error::Segment::Map { key } = segment else {
            break;
        };
        match shown_name(key) {
            Some(name) => names.push(name),
            None => break,
        }
    }
    (!names.is_empty()).then(|| names.join("."))
}

/// A name that a caller sent, if it looks like the name of a field. Somebody may paste a secret where a name belongs.
pub(crate) fn shown_name(name: &str) -> Option<&str> {
    let plausible = (1..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    plausible.then_some(name)
}

/// For fields that may be absent but not `null`.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A JSON response.
pub(crate) fn json(mut response: HttpResponseBuilder, value: &impl Serialize) -> HttpResponse {
    /// Enough for a usual page of a list without growing.
    const USUAL: usize = 16 * 1024;
    let mut body = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut body, value).expect("views are texts, numbers and times");
    response
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(body)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fluxori_domain::SecretText;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Body {
        label: Option<String>,
        make_default: bool,
        credentials: BTreeMap<String, SecretText>,
    }

    fn refusal(body: &str) -> String {
        let problem = parse::<Body>(body.as_bytes()).unwrap_err();
        let body = actix_web::body::to_bytes(problem.response(None).into_body());
        let body = body.now_or_never().unwrap().unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn no_refusal_quotes_what_was_sent() {
        for body in [
            r#"{"label":"x","canary"#,
            r#"{"canary4711":1}"#,
            r#"{"label":{"canary":1}}"#,
            r#"{"makeDefault":"canary","credentials":{}}"#,
            r#"{"makeDefault":true,"credentials":{"canary4711":["canary"]}}"#,
            r#"{"makeDefault":true,"credentials":{"apiKey":"a"},"label":["canary"]}"#,
            r#""canary""#,
            r#"["canary",true,{}]"#,
            "canary",
            "{\"label\":\"canary\u{0}\"}",
            r#"{"makeDefault":true,"credentials":{}} canary"#,
        ] {
            let answer = refusal(body);
            assert!(!answer.contains("canary"), "{body}: {answer}");
        }
    }

    #[test]
    fn a_refusal_names_the_place() {
        let wrong = refusal(r#"{"makeDefault":true,"credentials":{"apiKey":5}}"#);
        assert!(wrong.contains("credentials.apiKey"), "{wrong}");
        let unknown = refusal(r#"{"makeDefualt":true}"#);
        assert!(unknown.contains("not a field"), "{unknown}");
        let missing = refusal(r#"{"makeDefault":true}"#);
        assert!(missing.contains("lacks a required field"), "{missing}");
        let syntax = refusal("{\n\"label\" 1}");
        assert!(syntax.contains("line 2, column 9"), "{syntax}");
    }

    #[test]
    fn growing_keeps_the_bytes() {
        let mut body = Zeroizing::new(Vec::new());
        for byte in 0..200_u8 {
            grow(&mut body, 1, 200);
            body.push(byte);
        }
        assert_eq!(body.len(), 200);
        assert_eq!(body[199], 199);
    }
}
