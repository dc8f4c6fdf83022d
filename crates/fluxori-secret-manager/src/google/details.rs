//! Details of errors on the gRPC wire. `google-cloud-googleapis` has `google.rpc.Status` around them, but not these.

use std::time::Duration;

use google_cloud_googleapis::rpc;
use prost::Message;

/// `google.rpc.ErrorInfo`, without its metadata (`google/rpc/error_details.proto`).
#[derive(Clone, PartialEq, Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
}

/// `google.rpc.RetryInfo` (`google/rpc/error_details.proto`).
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// What the details of an error say, as far as it matters here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Details {
    pub(super) reason: Option<String>,
    pub(super) retry_delay: Option<Duration>,
}

/// Reads the trailer `grpc-status-details-bin`. What cannot be read counts as absent.
pub(super) fn read(trailer: &[u8]) -> Details {
    let mut found = Details::default();
    let Ok(status) = rpc::Status::decode(trailer) else {
        return found;
    };
    for detail in status.details {
        match detail.type_url.rsplit('/').next() {
            Some("google.rpc.ErrorInfo") => {
                let info = ErrorInfo::decode(&*detail.value).ok();
                found.reason = found.reason.or(info.map(|info| info.reason));
            }
            Some("google.rpc.RetryInfo") => {
                let delay = RetryInfo::decode(&*detail.value)
                    .ok()
                    .and_then(|info| info.retry_delay);
                found.retry_delay = found.retry_delay.or(delay.and_then(|delay| {
                    let seconds = u64::try_from(delay.seconds).ok()?;
                    Some(Duration::new(seconds, u32::try_from(delay.nanos).ok()?))
                }));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A trailer as Google would write it.
    pub(in crate::google) fn trailer(reason: Option<&str>, seconds: Option<i64>) -> Vec<u8> {
        // google.protobuf.Any, whose own crate is not linked.
        #[derive(Clone, PartialEq, Message)]
        struct Any {
            #[prost(string, tag = "1")]
            type_url: String,
            #[prost(bytes = "vec", tag = "2")]
            value: Vec<u8>,
        }
        #[derive(Clone, PartialEq, Message)]
        struct Status {
            #[prost(message, repeated, tag = "3")]
            details: Vec<Any>,
        }
        let any = |name: &str, value: Vec<u8>| Any {
            type_url: format!("type.googleapis.com/google.rpc.{name}"),
            value,
        };
        let info = reason.map(|reason| ErrorInfo {
            reason: reason.to_owned(),
        });
        let retry = seconds.map(|seconds| RetryInfo {
            retry_delay: Some(Delay { seconds, nanos: 5 }),
        });
        let details = [
            Some(any("Help", vec![1, 2, 3])),
            info.map(|info| any("ErrorInfo", info.encode_to_vec())),
            retry.map(|retry| any("RetryInfo", retry.encode_to_vec())),
        ];
        Status {
            details: details.into_iter().flatten().collect(),
        }
        .encode_to_vec()
    }

    #[test]
    fn the_reason_and_the_delay_are_found_among_other_details() {
        let details = read(&trailer(Some("SERVICE_DISABLED"), Some(3)));
        assert_eq!(details.reason.as_deref(), Some("SERVICE_DISABLED"));
        assert_eq!(details.retry_delay, Some(Duration::new(3, 5)));
    }

    #[test]
    fn what_cannot_be_read_counts_as_absent() {
        assert_eq!(read(b""), Details::default());
        assert_eq!(read(b"\xff\xff\xff"), Details::default());
        assert_eq!(read(&trailer(None, Some(-1))), Details::default());
    }
}
