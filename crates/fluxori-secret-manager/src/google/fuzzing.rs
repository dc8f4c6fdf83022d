//! See [`crate::fuzzing`].

use bytes::Bytes;
use tonic::{Code, Status};

use super::{Operation, Problem, Service};
use crate::{Resource, SecretManagerError};

/// What a REST answer that is no success means for this call.
#[must_use]
pub fn refusal(
    status: u16,
    body: Option<&[u8]>,
    operation: Operation,
    resource: Resource,
) -> SecretManagerError {
    Problem::from_http(status, None, body).into_error(Service::SecretManager, operation, resource)
}

/// What a gRPC status means for this call.
#[must_use]
pub fn grpc_refusal(
    code: i32,
    message: &str,
    details: &[u8],
    operation: Operation,
    resource: Resource,
) -> SecretManagerError {
    let details = Bytes::copy_from_slice(details);
    let status = Status::with_details(Code::from_i32(code), message, details);
    Problem::from_grpc(&status).into_error(Service::KeyManagement, operation, resource)
}
