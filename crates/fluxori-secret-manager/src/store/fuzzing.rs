//! See [`crate::fuzzing`].

use fluxori_domain::{Plaintext, SecretContext, ports::SecretStoreError};

use super::envelope;
use crate::Payload;

/// What is kept at Google of a secret.
///
/// # Errors
/// As when it is stored.
pub fn wrap(context: &SecretContext, plaintext: &Plaintext) -> Result<Payload, SecretStoreError> {
    envelope::wrap(context, plaintext)
}

/// The secret of what was kept there.
///
/// # Errors
/// As when it is opened.
pub fn unwrap(context: &SecretContext, payload: &Payload) -> Result<Plaintext, SecretStoreError> {
    envelope::unwrap(context, payload)
}
