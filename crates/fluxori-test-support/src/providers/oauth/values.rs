//! Values as each marketplace makes them, all with a marker in them.

use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use uuid::{Builder, Uuid};

use super::{super::canary, Provider};

/// `N` random bytes in hexadecimal.
pub(crate) fn make_hex<const N: usize>() -> String {
    hex::encode(make_bytes::<N>())
}

fn make_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system has random bytes");
    bytes
}

/// A refresh token in the shape of the marketplace.
pub(super) fn make_refresh_token(provider: Provider) -> String {
    let own = make_hex::<16>();
    match provider {
        Provider::Amazon => format!("Atzr|{}-refresh-{own}", canary::WORD),
        Provider::Shopify => format!("shprt_{}-{own}", canary::WORD),
        Provider::Xero => format!("{}-{own}-xero", canary::WORD),
    }
}

/// An opaque access token in the shape of the marketplace. Those of Xero are made by `signing`.
pub(super) fn make_opaque_access_token(provider: Provider) -> String {
    let own = make_hex::<16>();
    if provider == Provider::Shopify {
        format!("shpat_{}{own}", canary::HEX)
    } else {
        format!("Atza|{}-access-{own}", canary::WORD)
    }
}

/// An authorisation code.
pub(super) fn make_code(provider: Provider) -> String {
    let own = make_hex::<16>();
    if provider == Provider::Shopify {
        format!("{}{own}", canary::HEX)
    } else {
        format!("{}-code-{own}", canary::WORD)
    }
}

/// A random identifier.
pub(super) fn make_uuid() -> Uuid {
    Builder::from_random_bytes(make_bytes()).into_uuid()
}

/// The identifier of what has this name, the same every time.
pub(in super::super) fn derive_uuid(name: &str) -> Uuid {
    let digest = digest::digest(&digest::SHA256, name.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// By which a token can be recognised without being told: its SHA-256 in hexadecimal.
pub(super) fn derive_fingerprint(token: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, token.as_bytes()))
}
