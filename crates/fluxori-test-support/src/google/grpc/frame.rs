//! Messages and refusals on the wire: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::{
    HeaderMap, Response,
    body::{Bytes, Incoming},
    header::{HeaderName, HeaderValue},
};
use prost::Message;
use std::convert::Infallible;
use url::form_urlencoded::byte_serialize;

use super::details;
use crate::google::status::Status;

pub(super) type Answer = Response<BoxBody<Bytes, Infallible>>;

/// The compression flag and the length.
const HEAD: usize = 5;

/// The one message of a request.
pub(super) async fn read(body: Incoming) -> Result<Bytes, Status> {
    let wrong = || Status::invalid("The request is not one message.");
    let body = body.collect().await.map_err(|_| wrong())?.to_bytes();
    match body.split_first_chunk::<HEAD>() {
        Some(([0, length @ ..], message))
            if u32::from_be_bytes(*length) as usize == message.len() =>
        {
            Ok(body.slice(HEAD..))
        }
        _ => Err(wrong()),
    }
}

pub(super) fn decode<M: Message + Default>(message: &Bytes) -> Result<M, Status> {
    M::decode(message.as_ref()).map_err(|_| Status::invalid("The message is malformed."))
}

/// A message as it is framed.
pub(super) fn encode(message: &impl Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).expect("answers are small");
    let mut framed = vec![0];
    framed.extend(length.to_be_bytes());
    framed.extend(message);
    framed
}

pub(super) fn good(framed: Vec<u8>) -> Answer {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let body = Full::new(Bytes::from(framed)).with_trailers(std::future::ready(Some(Ok(trailers))));
    answer(body.boxed())
}

pub(super) fn refusal(status: &Status) -> Answer {
    refuse(
        status.code.number(),
        &status.message,
        &details::encode(status),
    )
}

/// What a server says of a method that it does not have.
pub(super) fn unimplemented() -> Answer {
    refuse(12, "The GRPC target is not implemented on the server.", &[])
}

/// A page for people.
pub(super) fn page(status: u16) -> Answer {
    let body = Full::new(Bytes::from_static(
        b"<!doctype html><html><title>Error</title></html>",
    ));
    let mut answer = Response::new(body.boxed());
    *answer.status_mut() =
        hyper::StatusCode::from_u16(status).expect("rules use statuses that exist");
    let html = HeaderValue::from_static("text/html; charset=UTF-8");
    answer
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, html);
    answer
}

fn refuse(code: i32, message: &str, details: &[u8]) -> Answer {
    let mut refusal = answer(Full::new(Bytes::new()).boxed());
    // Percent-encoding, of which form encoding is a stricter kind but for the blank.
    let message: String = byte_serialize(message.as_bytes()).collect();
    let message = message.replace('+', "%20");
    for (name, value) in [
        ("grpc-status", code.to_string()),
        ("grpc-message", message),
        ("grpc-status-details-bin", STANDARD_NO_PAD.encode(details)),
    ] {
        let value = HeaderValue::from_str(&value).expect("it is plain text");
        if !value.is_empty() {
            refusal
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    refusal
}

fn answer(body: BoxBody<Bytes, Infallible>) -> Answer {
    let mut answer = Response::new(body);
    let grpc = HeaderValue::from_static("application/grpc");
    answer
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, grpc);
    answer
}
