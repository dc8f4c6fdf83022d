use secrecy::ExposeSecret;
use zeroize::Zeroizing;

/// Bytes in the clear: a credential document, or a data key on its way to or from the keeper of its master key. Wiped
/// when dropped.
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// Takes over the bytes.
    #[must_use]
    pub const fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        // Emptied, all of its memory is spare capacity, which is wiped at once; elements are wiped one by one.
        self.0.clear();
    }
}

impl ExposeSecret<[u8]> for Plaintext {
    fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plaintext([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_plaintext_is_redacted() {
        let plaintext = Plaintext::new(Zeroizing::new(b"canary-7f3a".to_vec()));
        assert_eq!(format!("{plaintext:?}"), "Plaintext([REDACTED])");
    }
}
