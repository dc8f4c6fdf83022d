use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tonic::Code;

use super::{Operation, Service, details};
use crate::{Resource, SecretManagerError, error::Trouble};

/// What Google says of a failure, in its own terms, the same over REST and gRPC
/// (<https://cloud.google.com/apis/design/errors>). Keeps none of its text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    code: Code,
    reason: Reason,
    hint: Hint,
    retry_after: Option<Duration>,
}

/// `google.rpc.ErrorInfo.reason`, as far as it decides what is said here (`google/api/error_reason.proto`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    ServiceDisabled,
    BillingDisabled,
    ProjectUnusable,
    ScopeInsufficient,
    PolicyViolated,
    Other,
}

impl Reason {
    fn from_text(text: &str) -> Self {
        match text {
            "SERVICE_DISABLED" | "SERVICE_NOT_VISIBLE" => Self::ServiceDisabled,
            "BILLING_DISABLED" => Self::BillingDisabled,
            "CONSUMER_INVALID"
            | "CONSUMER_SUSPENDED"
            | "GCP_SUSPENDED"
            | "RESOURCE_PROJECT_INVALID"
            | "USER_PROJECT_DENIED" => Self::ProjectUnusable,
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => Self::ScopeInsufficient,
            "SECURITY_POLICY_VIOLATED"
            | "LOCATION_POLICY_VIOLATED"
            | "LOCATION_ORG_POLICY_VIOLATED"
            | "ORG_RESTRICTION_VIOLATION"
            | "RESOURCE_USAGE_RESTRICTION_VIOLATED" => Self::PolicyViolated,
            _ => Self::Other,
        }
    }
}

/// What only the words of the message tell: Secret Manager sends no details with a failed precondition. The word is
/// looked for, the text is not kept. When Google changes its words, a vaguer error remains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hint {
    Destroyed,
    Disabled,
    Key,
    None,
}

impl Hint {
    fn from_message(message: &str) -> Self {
        // "… cryptoKeys/k/cryptoKeyVersions/1 is not enabled, current state is: DESTROYED." is about a key.
        let lower = message.to_ascii_lowercase();
        if ["cryptokey", "cloudkms", "cloud kms", "kms key", "kms_key"]
            .iter()
            .any(|word| lower.contains(word))
        {
            Self::Key
        } else if message.contains("DESTROYED") {
            Self::Destroyed
        } else if message.contains("DISABLED") {
            Self::Disabled
        } else {
            Self::None
        }
    }
}

#[derive(Deserialize)]
struct Document {
    error: Body,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    message: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    details: Vec<Value>,
}

impl Problem {
    /// Reads a REST answer that is no success. `body` is absent unless it arrived whole; what is no error document of
    /// Google's (a page of something in between) is judged by its HTTP status alone.
    pub(crate) fn from_http(
        status: u16,
        retry_after: Option<Duration>,
        body: Option<&[u8]>,
    ) -> Self {
        let document = body.and_then(|bytes| serde_json::from_slice::<Document>(bytes).ok());
        let Some(Document { error }) = document else {
            return Self {
                code: code_of_http(status),
                reason: Reason::Other,
                hint: Hint::None,
                retry_after,
            };
        };
        let of_type = |name: &str| {
            error.details.iter().find(|detail| {
                detail
                    .get("@type")
                    .and_then(Value::as_str)
                    .is_some_and(|kind| kind.rsplit('/').next() == Some(name))
            })
        };
        let reason = of_type("google.rpc.ErrorInfo").and_then(|info| info.get("reason")?.as_str());
        let delay = of_type("google.rpc.RetryInfo")
            .and_then(|info| info.get("retryDelay")?.as_str())
            .and_then(seconds);
        Self {
            code: code_of_name(&error.status).unwrap_or_else(|| code_of_http(status)),
            reason: reason.map_or(Reason::Other, Reason::from_text),
            hint: Hint::from_message(&error.message),
            retry_after: delay.max(retry_after),
        }
    }

    /// Reads a gRPC status that came from the service.
    pub(crate) fn from_grpc(status: &tonic::Status) -> Self {
        let details = details::read(status.details());
        Self {
            code: status.code(),
            reason: details
                .reason
                .as_deref()
                .map_or(Reason::Other, Reason::from_text),
            hint: Hint::from_message(status.message()),
            retry_after: details.retry_delay,
        }
    }

    /// How long Google asks to wait.
    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// What it means for this call.
    pub(crate) fn into_error(
        self,
        service: Service,
        operation: Operation,
        resource: Resource,
    ) -> SecretManagerError {
        use SecretManagerError as E;
        match self.reason {
            Reason::ServiceDisabled => return E::ApiNotEnabled { service },
            Reason::BillingDisabled => return E::BillingDisabled,
            Reason::ProjectUnusable => return E::ProjectUnusable,
            Reason::ScopeInsufficient => return E::ScopeMissing,
            Reason::PolicyViolated => return E::PolicyRefused { resource },
            Reason::Other => {}
        }
        match self.code {
            Code::NotFound => E::NotFound { resource },
            Code::AlreadyExists => E::AlreadyExists { resource },
            Code::Unauthenticated => E::Unauthenticated,
            Code::PermissionDenied => match resource {
                // Secret Manager acts on a key of ours, and may not.
                Resource::Secret(_) | Resource::Version(..) if self.hint == Hint::Key => {
                    E::CmekUnusable { resource }
                }
                _ => E::PermissionDenied {
                    permission: operation.permission(),
                    role: operation.role(),
                    resource,
                },
            },
            Code::ResourceExhausted => E::QuotaExceeded {
                service,
                retry_after: self.retry_after,
            },
            Code::FailedPrecondition => self.precondition(resource),
            Code::InvalidArgument | Code::OutOfRange => match resource {
                Resource::Key(key) if operation == Operation::Decrypt => E::DoesNotDecrypt { key },
                _ => E::InvalidArgument {
                    what: "Google refuses an argument of the call",
                },
            },
            Code::Unavailable
            | Code::Internal
            | Code::Unknown
            | Code::Aborted
            | Code::Cancelled
            | Code::DataLoss => E::Unavailable {
                service,
                trouble: Trouble::Fault,
                maybe_done: operation.changes_something(),
            },
            Code::DeadlineExceeded => E::Unavailable {
                service,
                trouble: Trouble::TimedOut,
                maybe_done: operation.changes_something(),
            },
            Code::Unimplemented | Code::Ok => E::UnexpectedAnswer {
                resource,
                what: "the endpoint does not know the call",
            },
        }
    }

    fn precondition(&self, resource: Resource) -> SecretManagerError {
        use SecretManagerError as E;
        match (self.hint, resource) {
            (_, Resource::Key(key)) => E::KeyUnusable { key },
            (Hint::Key, resource) => E::CmekUnusable { resource },
            (Hint::Destroyed, resource @ Resource::Version(..)) => E::VersionDestroyed { resource },
            (Hint::Disabled, resource @ Resource::Version(..)) => E::VersionDisabled { resource },
            (_, resource) => E::PreconditionFailed { resource },
        }
    }
}

/// `google.protobuf.Duration` in JSON: seconds with up to nine decimals, and an `s`.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The names of `google/rpc/code.proto`.
fn code_of_name(name: &str) -> Option<Code> {
    Some(match name {
        "CANCELLED" => Code::Cancelled,
        "UNKNOWN" => Code::Unknown,
        "INVALID_ARGUMENT" => Code::InvalidArgument,
        "DEADLINE_EXCEEDED" => Code::DeadlineExceeded,
        "NOT_FOUND" => Code::NotFound,
        "ALREADY_EXISTS" => Code::AlreadyExists,
        "PERMISSION_DENIED" => Code::PermissionDenied,
        "UNAUTHENTICATED" => Code::Unauthenticated,
        "RESOURCE_EXHAUSTED" => Code::ResourceExhausted,
        "FAILED_PRECONDITION" => Code::FailedPrecondition,
        "ABORTED" => Code::Aborted,
        "OUT_OF_RANGE" => Code::OutOfRange,
        "UNIMPLEMENTED" => Code::Unimplemented,
        "INTERNAL" => Code::Internal,
        "UNAVAILABLE" => Code::Unavailable,
        "DATA_LOSS" => Code::DataLoss,
        _ => return None,
    })
}

/// For answers that say nothing but their HTTP status. A refusal without Google's words may come from anything on the way,
/// so it is no verdict on permissions or existence.
const fn code_of_http(status: u16) -> Code {
    match status {
        401 => Code::Unauthenticated,
        429 => Code::ResourceExhausted,
        408 | 504 => Code::DeadlineExceeded,
        500..=599 => Code::Unavailable,
        _ => Code::Unimplemented,
    }
}

#[cfg(test)]
mod tests;
