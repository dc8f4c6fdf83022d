//! See [`crate::fuzzing`].

use super::{
    authorize::AuthorizeRequest, change::ChangeConnectionRequest, create::CreateConnectionRequest,
    reauthorize::ReauthorizeRequest, replace::ReplaceCredentialsRequest,
    transfer::TransferConnectionsRequest,
};
use crate::http::fuzzing::body;

/// Reads a body as that of every route that takes one, or refuses it in the words that its sender reads.
#[must_use]
pub fn bodies(bytes: &[u8]) -> Vec<Result<(), String>> {
    vec![
        body(bytes, |body: CreateConnectionRequest| {
            body.check().map(drop)
        }),
        body(bytes, |body: ChangeConnectionRequest| {
            body.check().map(drop)
        }),
        body(bytes, |body: AuthorizeRequest| body.check().map(drop)),
        body(bytes, |body: TransferConnectionsRequest| {
            body.check().map(drop)
        }),
        body(bytes, |_: ReplaceCredentialsRequest| Ok(())),
        body(bytes, |_: ReauthorizeRequest| Ok(())),
    ]
}
