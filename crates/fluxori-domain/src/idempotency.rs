//! Doing a thing once although it was asked for twice.

use crate::text::{InvalidText, checked_text};

checked_text!(
    /// The caller's name for one attempt to create something: 1–128 visible ASCII characters
    /// (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header).
    IdempotencyKey,
    |text| {
        const WHAT: &str = "an idempotency key";
        if text.is_empty() || text.len() > 128 {
            return Err(InvalidText::Length { what: WHAT, min: 1, max: 128 });
        }
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(())
        } else {
            Err(InvalidText::Alphabet { what: WHAT, rule: "consist of visible ASCII characters" })
        }
    }
);

/// SHA-256 of a request, to notice that one key came with two different requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);
