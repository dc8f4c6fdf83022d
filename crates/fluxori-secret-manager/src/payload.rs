use std::fmt;

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::SecretManagerError;

/// The most bytes of a payload: 64 KiB (`SecretPayload.data` in `google/cloud/secretmanager/v1/resources.proto`,
/// <https://cloud.google.com/secret-manager/quotas>).
pub const MAX_PAYLOAD_BYTES: usize = 65_536;

/// The secret bytes of one version. Wiped when dropped, and never printed.
pub struct Payload(Zeroizing<Vec<u8>>);

impl Payload {
    /// Takes over the bytes.
    ///
    /// # Errors
    /// [`SecretManagerError::PayloadTooLarge`] above [`MAX_PAYLOAD_BYTES`], [`SecretManagerError::InvalidArgument`] when
    /// there are none: Google refuses both, so it is not asked.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self, SecretManagerError> {
        match bytes.len() {
            0 => Err(SecretManagerError::InvalidArgument {
                what: "an empty payload",
            }),
            1..=MAX_PAYLOAD_BYTES => Ok(Self(bytes)),
            _ => Err(SecretManagerError::PayloadTooLarge {
                limit: MAX_PAYLOAD_BYTES,
            }),
        }
    }

    /// The number of bytes, which is not a secret.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never: an empty payload cannot be made.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes themselves, still wiped when dropped.
    #[must_use]
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

impl ExposeSecret<[u8]> for Payload {
    fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payload([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(length: usize) -> Result<Payload, SecretManagerError> {
        Payload::new(Zeroizing::new(vec![7; length]))
    }

    #[test]
    fn a_payload_has_1_to_65536_bytes() {
        assert_eq!(of(1).unwrap().len(), 1);
        assert_eq!(of(65_536).unwrap().len(), 65_536);
        assert!(matches!(
            of(65_537),
            Err(SecretManagerError::PayloadTooLarge { limit: 65_536 })
        ));
        assert!(matches!(
            of(0),
            Err(SecretManagerError::InvalidArgument { .. })
        ));
    }

    #[test]
    fn debug_payload_is_redacted() {
        let payload = Payload::new(Zeroizing::new(b"canary-7f3a".to_vec())).unwrap();
        assert_eq!(format!("{payload:?}"), "Payload([REDACTED])");
    }
}
