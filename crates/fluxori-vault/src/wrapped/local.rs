//! `fxk1.<master key id>.<iv>.<ciphertext and tag>`: a data key wrapped by a master key.

use fluxori_domain::{DataKeyId, OrganizationId};
use ring::rand::SystemRandom;
use zeroize::Zeroizing;

use super::{ID_LEN, bound_to, split_head};
use crate::{
    hazmat::{DoesNotOpen, KeyMaterial, decode, decode_nonce, encode_onto},
    keyring::LocalKey,
};

const VERSION: &str = "fxk1";
const NONCE_TEXT_LEN: usize = 16;
const KEY_TEXT_LEN: usize = 64;

/// Everything before the wrapped key: version, name, nonce and three dots.
const HEAD_LEN: usize = VERSION.len() + ID_LEN + NONCE_TEXT_LEN + 3;

/// A key wrapped by a local master key, taken apart but not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalText<'a> {
    pub(super) master_key: &'a str,
    nonce: &'a str,
    key: &'a str,
}

impl<'a> LocalText<'a> {
    pub(super) fn split(text: &'a str) -> Option<Self> {
        let (master_key, rest) = split_head(text, VERSION)?;
        let (nonce, rest) = rest.split_at_checked(NONCE_TEXT_LEN)?;
        let key = rest.strip_prefix('.')?;
        (key.len() == KEY_TEXT_LEN).then_some(Self {
            master_key,
            nonce,
            key,
        })
    }

    pub(super) fn open(
        &self,
        master: &LocalKey,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<KeyMaterial, DoesNotOpen> {
        let nonce = decode_nonce(self.nonce)?;
        let aad = bound_to(VERSION, organization, id, &master.id);
        let wrapped: Zeroizing<Vec<u8>> = decode(self.key)?;
        KeyMaterial::unwrap(&master.cipher, nonce, &aad, wrapped)
    }
}

/// Wraps a data key.
pub(super) fn wrap(
    key: &KeyMaterial,
    master: &LocalKey,
    random: &SystemRandom,
    organization: &OrganizationId,
    id: &DataKeyId,
) -> String {
    let aad = bound_to(VERSION, organization, id, &master.id);
    let (nonce, wrapped) = key.wrap(&master.cipher, random, &aad);
    let mut text = String::with_capacity(HEAD_LEN + KEY_TEXT_LEN);
    text.push_str(VERSION);
    text.push('.');
    text.push_str(master.id.as_str());
    text.push('.');
    encode_onto(&mut text, &nonce);
    text.push('.');
    encode_onto(&mut text, &wrapped);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        aad,
        data_key::derive_id,
        keyring::{Keyring, MasterKey, make_master_key_text},
    };

    #[test]
    fn a_wrapped_key_is_bound_to_every_field() {
        let random = SystemRandom::new();
        let keyring = Keyring::parse(Some(&make_master_key_text()), None).unwrap();
        let MasterKey::Local(master) = keyring.active() else {
            panic!("the key was given as a text")
        };
        let organization = OrganizationId::new("org-1").unwrap();
        let key = KeyMaterial::make(&random);
        let id = derive_id(&key);
        let opens = |aad: &[u8]| {
            let (nonce, wrapped) = key.wrap(&master.cipher, &random, aad);
            let mut text = format!("fxk1.{}.", master.id);
            encode_onto(&mut text, &nonce);
            text.push('.');
            encode_onto(&mut text, &wrapped);
            LocalText::split(&text)
                .unwrap()
                .open(master, &organization, &id)
                .is_ok()
        };
        let good: [&[u8]; 5] = [
            b"fxk1",
            b"data-key",
            b"org-1",
            id.as_str().as_bytes(),
            master.id.as_str().as_bytes(),
        ];
        assert!(opens(&aad::join(good)));
        let other: [&[u8]; 5] = [
            b"fxk2",
            b"credential",
            b"org-2",
            b"00000000000000000000000000000000",
            b"0000000000000000",
        ];
        for field in 0..good.len() {
            let mut swapped = good;
            swapped[field] = other[field];
            assert!(!opens(&aad::join(swapped)), "field {field}");
        }
    }
}
