//! Key bytes and ciphers. Nothing outside this module touches either: the rest of the crate speaks of ids and of values.

mod cipher;
mod key_material;
mod text;

use cipher::NONCE_LEN;
pub(crate) use cipher::{Cipher, TAG_LEN};
pub(crate) use key_material::{KEY_LEN, KeyMaterial, Purpose};
pub(crate) use text::{decode, decode_nonce, encode_onto};

/// Authentication failed, or the bytes are not what was written. There is no reason, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DoesNotOpen;
