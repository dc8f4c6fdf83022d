//! `fx1.<data key id>.<iv>.<ciphertext and tag>`: a credential document sealed under a data key.

use fluxori_domain::{DataKeyId, Plaintext, SecretContext};
use ring::rand::SystemRandom;

use crate::{
    aad,
    hazmat::{Cipher, DoesNotOpen, TAG_LEN, decode, decode_nonce, encode_onto},
};

const VERSION: &str = "fx1";
const PURPOSE: &str = "credential";
const ID_LEN: usize = 32;
const NONCE_TEXT_LEN: usize = 16;

/// Everything before the ciphertext: version, name, nonce and three dots.
const HEAD_LEN: usize = VERSION.len() + ID_LEN + NONCE_TEXT_LEN + 3;

/// The longest string that is read, in bytes. More than any value that is written.
const MAX_TEXT_LEN: usize = 64 * 1024;

/// A sealed value, taken apart but not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SealedText<'a> {
    /// The name of the data key that seals it.
    pub(crate) data_key: &'a str,
    nonce: &'a str,
    body: &'a str,
}

impl<'a> SealedText<'a> {
    /// Takes the string apart. Anything but the one canonical form does not open.
    pub(crate) fn parse(text: &'a str) -> Result<Self, DoesNotOpen> {
        Self::split(text).ok_or(DoesNotOpen)
    }

    fn split(text: &'a str) -> Option<Self> {
        if text.len() > MAX_TEXT_LEN {
            return None;
        }
        let rest = text.strip_prefix(VERSION)?.strip_prefix('.')?;
        let (data_key, rest) = rest.split_at_checked(ID_LEN)?;
        let (nonce, rest) = rest.strip_prefix('.')?.split_at_checked(NONCE_TEXT_LEN)?;
        let body = rest.strip_prefix('.')?;
        Some(Self {
            data_key,
            nonce,
            body,
        })
    }

    /// Opens the value under the key of this name.
    pub(crate) fn open(
        &self,
        cipher: &Cipher,
        id: &DataKeyId,
        context: &SecretContext,
    ) -> Result<Plaintext, DoesNotOpen> {
        if self.data_key != id.as_str() {
            return Err(DoesNotOpen);
        }
        let nonce = decode_nonce(self.nonce)?;
        let mut buffer = decode(self.body)?;
        cipher.open(nonce, &bound_to(context, id), &mut buffer)?;
        Ok(Plaintext::new(buffer))
    }
}

/// Seals a document. The caller has limited its length.
pub(crate) fn seal(
    plaintext: &[u8],
    cipher: &Cipher,
    random: &SystemRandom,
    id: &DataKeyId,
    context: &SecretContext,
) -> String {
    // Encrypted in place, so this copy is no plaintext for longer than the next call.
    let mut buffer = Vec::with_capacity(plaintext.len() + TAG_LEN);
    buffer.extend_from_slice(plaintext);
    let nonce = cipher.seal(random, &bound_to(context, id), &mut buffer);

    let mut text = String::with_capacity(HEAD_LEN + buffer.len().div_ceil(3) * 4);
    text.push_str(VERSION);
    text.push('.');
    text.push_str(id.as_str());
    text.push('.');
    encode_onto(&mut text, &nonce);
    text.push('.');
    encode_onto(&mut text, &buffer);
    text
}

fn bound_to(context: &SecretContext, id: &DataKeyId) -> Vec<u8> {
    aad::join([
        VERSION.as_bytes(),
        PURPOSE.as_bytes(),
        context.organization.as_str().as_bytes(),
        context.credential.as_uuid().as_bytes(),
        context.marketplace.as_str().as_bytes(),
        &context.generation.as_i64().to_be_bytes(),
        id.as_str().as_bytes(),
    ])
}

#[cfg(test)]
mod tests {
    use fluxori_domain::{Generation, Marketplace, OrganizationId};

    use super::*;
    use crate::{data_key::DataKey, hazmat::KeyMaterial};

    #[test]
    fn a_value_is_bound_to_every_field() {
        let random = SystemRandom::new();
        let context = SecretContext {
            organization: OrganizationId::new("org-1").unwrap(),
            credential: "018bcfe5-6800-7000-8000-000000000001".parse().unwrap(),
            marketplace: Marketplace::Amazon,
            generation: Generation::FIRST,
        };
        let key = DataKey::new(context.organization.clone(), &KeyMaterial::make(&random));
        let opens = |aad: &[u8]| {
            let mut body = b"secret".to_vec();
            let nonce = key.cipher().seal(&random, aad, &mut body);
            let mut text = format!("fx1.{}.", key.id());
            encode_onto(&mut text, &nonce);
            text.push('.');
            encode_onto(&mut text, &body);
            SealedText::parse(&text)
                .unwrap()
                .open(key.cipher(), key.id(), &context)
                .is_ok()
        };
        let uuid = context.credential.as_uuid().as_bytes();
        let good: [&[u8]; 7] = [
            b"fx1",
            b"credential",
            b"org-1",
            uuid,
            b"amazon",
            &[0, 0, 0, 0, 0, 0, 0, 1],
            key.id().as_str().as_bytes(),
        ];
        assert!(opens(&aad::join(good)));
        let other: [&[u8]; 7] = [
            b"fx2",
            b"data-key",
            b"org-2",
            &[7; 16],
            b"xero",
            &[0, 0, 0, 0, 0, 0, 0, 2],
            b"00000000000000000000000000000000",
        ];
        for field in 0..good.len() {
            let mut swapped = good;
            swapped[field] = other[field];
            assert!(!opens(&aad::join(swapped)), "field {field}");
        }
    }
}
