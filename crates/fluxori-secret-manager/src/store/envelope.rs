//! A secret as it lies at Google: a line that says whose it is, and the secret.
//!
//! `{"format":1,"organization":…,"credential":…,"marketplace":…,"generation":…}`, a line feed, the bytes. Opening it
//! compares the line with what the row says, so a row that names another version, or a version that was written by hand,
//! does not open: what the associated data does for secrets sealed in the database.

use fluxori_domain::{Plaintext, SecretContext, ports::SecretStoreError};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use zeroize::Zeroizing;

use super::trouble::store_error;
use crate::Payload;

#[derive(Serialize)]
struct Heading<'a> {
    format: u8,
    organization: &'a str,
    credential: &'a uuid::Uuid,
    marketplace: &'a str,
    generation: i64,
}

fn heading(context: &SecretContext) -> Vec<u8> {
    let heading = Heading {
        format: 1,
        organization: context.organization.as_str(),
        credential: context.credential.as_uuid(),
        marketplace: context.marketplace.as_str(),
        generation: context.generation.as_i64(),
    };
    let mut line = serde_json::to_vec(&heading).expect("names and numbers are JSON");
    line.push(b'\n');
    line
}

/// What is sent to Google.
#[expect(clippy::disallowed_methods, reason = "EXPOSE: what is to be kept")]
pub(super) fn wrap(
    context: &SecretContext,
    plaintext: &Plaintext,
) -> Result<Payload, SecretStoreError> {
    let heading = heading(context);
    let secret = plaintext.expose_secret();
    let mut bytes = Zeroizing::new(Vec::with_capacity(heading.len() + secret.len()));
    bytes.extend_from_slice(&heading);
    bytes.extend_from_slice(secret);
    Payload::new(bytes).map_err(store_error)
}

/// The secret of what came from Google, if it is the one that the row means.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: taken out of its envelope"
)]
pub(super) fn unwrap(
    context: &SecretContext,
    payload: &Payload,
) -> Result<Plaintext, SecretStoreError> {
    let secret = payload
        .expose_secret()
        .strip_prefix(heading(context).as_slice())
        .ok_or(SecretStoreError::DoesNotOpen)?;
    Ok(Plaintext::new(secret.to_vec().into()))
}

/// Not in constant time: both are our own, and nobody outside learns when it fails.
#[expect(clippy::disallowed_methods, reason = "EXPOSE: compared, nothing more")]
pub(super) fn is_equal(one: &Payload, other: &Payload) -> bool {
    one.expose_secret() == other.expose_secret()
}
