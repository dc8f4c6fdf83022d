use std::fmt;

use fluxori_domain::Plaintext;
use ring::{
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand::{SecureRandom, SystemRandom},
};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{Cipher, DoesNotOpen, NONCE_LEN, TAG_LEN};

/// Bytes of every key.
pub(crate) const KEY_LEN: usize = 32;

/// Bytes of a wrapped key: the key, and a tag.
pub(crate) const WRAPPED_LEN: usize = KEY_LEN + TAG_LEN;

const SALT: &[u8] = b"fluxori-vault/1";

/// What a value derived from a key is for. No two uses share bytes, and the key itself is used for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The name of a master key.
    MasterKeyId,
    /// The cipher of a master key.
    WrapDataKeys,
    /// The name of a data key.
    DataKeyId,
    /// The cipher of a data key.
    SealCredentials,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::MasterKeyId => b"master key id",
            Self::WrapDataKeys => b"wrap data keys",
            Self::DataKeyId => b"data key id",
            Self::SealCredentials => b"seal credentials",
        }
    }
}

/// The bytes of a master key or a data key. Wiped when dropped.
pub(crate) struct KeyMaterial(Zeroizing<[u8; KEY_LEN]>);

impl KeyMaterial {
    /// Takes over the bytes of a key that exists.
    pub(crate) const fn new(bytes: Zeroizing<[u8; KEY_LEN]>) -> Self {
        Self(bytes)
    }

    /// Makes a new key.
    pub(crate) fn make(random: &SystemRandom) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        random
            .fill(&mut *bytes)
            .expect("the operating system has random bytes");
        Self(bytes)
    }

    /// The bytes, for writing a new master key down.
    pub(crate) fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// Takes over the bytes that a service gave back, if they have the length of a key.
    pub(crate) fn from_plaintext(plaintext: &Plaintext) -> Result<Self, DoesNotOpen> {
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: an unwrapped data key becomes key material"
        )]
        let given = plaintext.expose_secret();
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        if given.len() != KEY_LEN {
            return Err(DoesNotOpen);
        }
        bytes.copy_from_slice(given);
        Ok(Self(bytes))
    }

    /// A copy of the bytes, for a service to wrap.
    pub(crate) fn to_plaintext(&self) -> Plaintext {
        Plaintext::new(Zeroizing::new(self.0.to_vec()))
    }

    /// The cipher for one purpose.
    pub(crate) fn derive_cipher(&self, purpose: Purpose) -> Cipher {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        self.derive(purpose, &mut *bytes);
        Cipher::new(&bytes)
    }

    /// A name of `N` bytes, in hexadecimal digits.
    pub(crate) fn derive_name<const N: usize>(&self, purpose: Purpose) -> String {
        let mut bytes = [0; N];
        self.derive(purpose, &mut bytes);
        hex::encode(bytes)
    }

    /// Encrypts the key under another one.
    pub(crate) fn wrap(
        &self,
        cipher: &Cipher,
        random: &SystemRandom,
        aad: &[u8],
    ) -> ([u8; NONCE_LEN], Vec<u8>) {
        let mut buffer = Vec::with_capacity(WRAPPED_LEN);
        buffer.extend_from_slice(&*self.0);
        let nonce = cipher.seal(random, aad, &mut buffer);
        (nonce, buffer)
    }

    /// Decrypts a key that [`KeyMaterial::wrap`] encrypted.
    pub(crate) fn unwrap(
        cipher: &Cipher,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        mut wrapped: Zeroizing<Vec<u8>>,
    ) -> Result<Self, DoesNotOpen> {
        cipher.open(nonce, aad, &mut wrapped)?;
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        if wrapped.len() != KEY_LEN {
            return Err(DoesNotOpen);
        }
        bytes.copy_from_slice(&wrapped);
        Ok(Self(bytes))
    }

    fn derive(&self, purpose: Purpose, out: &mut [u8]) {
        let prk: Prk = Salt::new(HKDF_SHA256, SALT).extract(&*self.0);
        prk.expand(&[purpose.label()], Length(out.len()))
            .and_then(|okm| okm.fill(out))
            .expect("the output is shorter than the limit of HKDF");
    }
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyMaterial([REDACTED])")
    }
}

/// How many bytes HKDF shall give.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSES: [Purpose; 4] = [
        Purpose::MasterKeyId,
        Purpose::WrapDataKeys,
        Purpose::DataKeyId,
        Purpose::SealCredentials,
    ];

    #[test]
    fn every_purpose_derives_other_bytes() {
        let key = KeyMaterial::new(Zeroizing::new([7; KEY_LEN]));
        let mut derived = PURPOSES.map(|purpose| key.derive_name::<KEY_LEN>(purpose));
        derived.sort();
        assert!(derived.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(!derived.contains(&hex::encode([7; KEY_LEN])));
    }

    #[test]
    fn a_new_key_is_another_key() {
        let random = SystemRandom::new();
        assert_ne!(
            KeyMaterial::make(&random).bytes(),
            KeyMaterial::make(&random).bytes()
        );
    }

    #[test]
    fn debug_key_material_is_redacted() {
        let key = KeyMaterial::new(Zeroizing::new(*b"canary-7f3a-canary-7f3a-canary-7"));
        assert_eq!(format!("{key:?}"), "KeyMaterial([REDACTED])");
    }
}
