//! Answers as they go over the wire: good ones, and every way in which one can go wrong.

use std::{convert::Infallible, io::Write, task::Poll};

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    body::{self, SizedStream},
    http::{StatusCode, header},
    web::Bytes,
};
use flate2::{Compression, write::GzEncoder};
use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::{Behaviour, Reply};

const PAGE: &str = "<!doctype html><html><title>Just a moment...</title></html>";

/// As Cloudflare answers a client that asks for JSON.
const EDGE_PROBLEM: &str = r#"{"type":"https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1020/","title":"Error 1020: Access denied","status":403,"detail":"The site owner has blocked access.","instance":"0123456789abcdef","error_code":1020,"cloudflare_error":true,"retryable":false}"#;

/// More than any client should read.
const TOO_MUCH: usize = 2 * 1024 * 1024;

/// Marks an answer that hands out what a refresh token of this grant bought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spent(pub(super) u64);

/// The same answer, marked.
pub(super) fn spent(grant: u64, mut answer: HttpResponse) -> HttpResponse {
    answer.extensions_mut().insert(Spent(grant));
    answer
}

/// A page for people, as something in front of the marketplace sends it.
pub(crate) fn page(status: u16) -> HttpResponse {
    builder(status)
        .content_type("text/html; charset=UTF-8")
        .body(PAGE)
}

/// Closes the connection without a word: a body that fails before its first byte takes the head with it.
pub(crate) fn hang_up() -> HttpResponse {
    let nothing = stream::once(async { Err::<Bytes, _>(std::io::Error::other("hung up")) });
    builder(200).body(SizedStream::new(1, Box::pin(nothing)))
}

/// Half of an answer, then the connection is closed.
pub(crate) async fn half_of(answer: HttpResponse) -> HttpResponse {
    let whole = body::to_bytes(answer.into_body()).await.unwrap_or_default();
    cut(&whole)
}

pub(crate) fn json(status: u16, body: &Value) -> HttpResponse {
    builder(status)
        .content_type("application/json; charset=utf-8")
        .body(body.to_string())
}

pub(super) fn reply(reply: &Reply) -> HttpResponse {
    let mut builder = builder(reply.status);
    for (name, value) in &reply.headers {
        builder.append_header((name.as_str(), value.as_str()));
    }
    builder.body(reply.body.clone())
}

/// The answer of a behaviour that is the same at every marketplace; `good` is what the good answer would be.
///
/// `None` for behaviours that each marketplace words itself.
pub(super) async fn fault(
    behaviour: &Behaviour,
    origin: &str,
    good: impl FnOnce() -> Value,
) -> Option<HttpResponse> {
    Some(match behaviour {
        Behaviour::Page(status) => page(*status),
        Behaviour::EdgeProblem => builder(403)
            .content_type("application/json; charset=utf-8")
            .body(EDGE_PROBLEM),
        Behaviour::NeverAnswers => std::future::pending().await,
        Behaviour::NeverEnds => {
            let half = half(good().to_string().as_bytes());
            let half = stream::iter([Ok::<_, Infallible>(half)]);
            json_stream().streaming(half.chain(stream::pending()))
        }
        Behaviour::Cut => cut(good().to_string().as_bytes()),
        Behaviour::Redirect(status) => builder(*status)
            .insert_header((header::LOCATION, format!("{origin}/elsewhere")))
            .finish(),
        Behaviour::Oversized => {
            let mut body = good().to_string().into_bytes();
            body.resize(body.len() + TOO_MUCH, b' ');
            let chunks: Vec<_> = body
                .chunks(64 * 1024)
                .map(|chunk| Ok::<_, Infallible>(Bytes::copy_from_slice(chunk)))
                .collect();
            json_stream().streaming(stream::iter(chunks))
        }
        Behaviour::OversizedCompressed => json_stream()
            .insert_header((header::CONTENT_ENCODING, "gzip"))
            .body(compressed(&good())),
        Behaviour::Reply(custom) => reply(custom),
        Behaviour::Good
        | Behaviour::GoodAndTerse
        | Behaviour::SeveralAccounts
        | Behaviour::NoAccounts
        | Behaviour::OtherAccount
        | Behaviour::Refused
        | Behaviour::WrongScope
        | Behaviour::Suspended
        | Behaviour::Throttled
        | Behaviour::ThrottledSilently
        | Behaviour::Error(_) => return None,
    })
}

fn builder(status: u16) -> HttpResponseBuilder {
    HttpResponse::build(StatusCode::from_u16(status).expect("scripts use statuses that exist"))
}

fn json_stream() -> HttpResponseBuilder {
    let mut builder = builder(200);
    builder.content_type("application/json; charset=utf-8");
    builder
}

fn half(whole: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&whole[..whole.len() / 2])
}

/// Announces the whole answer, sends half of it and closes the connection.
fn cut(whole: &[u8]) -> HttpResponse {
    let length = whole.len() as u64;
    let mut steps = 0;
    let first = half(whole);
    let stream = stream::poll_fn(move |context| {
        steps += 1;
        match steps {
            1 => Poll::Ready(Some(Ok(first.clone()))),
            // Gives the server a turn to write what it has.
            2 => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(Some(Err(std::io::Error::other("cut on purpose")))),
        }
    });
    json_stream().body(SizedStream::new(length, stream))
}

fn compressed(good: &Value) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(good.to_string().as_bytes())
        .and_then(|()| encoder.write_all(&vec![b' '; TOO_MUCH]))
        .and_then(|()| encoder.finish())
        .expect("writing to memory cannot fail")
}
