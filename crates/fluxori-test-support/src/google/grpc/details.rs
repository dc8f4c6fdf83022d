//! `google.rpc.Status` with its details, as it travels in `grpc-status-details-bin`: `google/rpc/status.proto` and
//! `google/rpc/error_details.proto`.

use std::collections::HashMap;

use prost::Message;

use crate::google::status::{Detail, Status};

#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    domain: String,
    #[prost(map = "string, string", tag = "3")]
    metadata: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Duration {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

/// `QuotaFailure`, `BadRequest` and `Help` all are lists of pairs of texts with these tags.
#[derive(Clone, PartialEq, Message)]
struct Pairs {
    #[prost(message, repeated, tag = "1")]
    pairs: Vec<Pair>,
}

#[derive(Clone, PartialEq, Message)]
struct Pair {
    #[prost(string, tag = "1")]
    first: String,
    #[prost(string, tag = "2")]
    second: String,
}

pub(super) fn encode(status: &Status) -> Vec<u8> {
    RpcStatus {
        code: status.code.number(),
        message: status.message.clone(),
        details: status.details.iter().map(any).collect(),
    }
    .encode_to_vec()
}

fn any(detail: &Detail) -> Any {
    let pair = |first: &str, second: &str| {
        let pair = Pair {
            first: first.to_owned(),
            second: second.to_owned(),
        };
        Pairs { pairs: vec![pair] }.encode_to_vec()
    };
    let (name, value) = match detail {
        Detail::ErrorInfo {
            reason,
            domain,
            metadata,
        } => {
            let metadata = metadata
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()));
            let info = ErrorInfo {
                reason: (*reason).to_owned(),
                domain: (*domain).to_owned(),
                metadata: metadata.collect(),
            };
            ("ErrorInfo", info.encode_to_vec())
        }
        Detail::RetryInfo(seconds) => {
            let retry_delay = Some(Duration {
                seconds: i64::from(*seconds),
            });
            ("RetryInfo", RetryInfo { retry_delay }.encode_to_vec())
        }
        Detail::QuotaFailure {
            subject,
            description,
        } => ("QuotaFailure", pair(subject, description)),
        Detail::BadRequest { field, description } => ("BadRequest", pair(field, description)),
        Detail::Help { description, url } => ("Help", pair(description, url)),
    };
    Any {
        type_url: format!("type.googleapis.com/google.rpc.{name}"),
        value,
    }
}
