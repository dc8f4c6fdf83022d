use fluxori_domain::{Fingerprint, IdempotencyKey};
use ring::digest;
use secrecy::ExposeSecret;

use crate::{CreateRequest, Verify};

/// SHA-256 over everything the request asks for, each part with its length, the idempotency key first. The key acts as
/// a salt, so equal requests of different attempts do not show as equal in the database.
pub(crate) fn fingerprint(key: &IdempotencyKey, request: &CreateRequest) -> Fingerprint {
    let mut digest = digest::Context::new(&digest::SHA256);
    let mut part = |bytes: &[u8]| {
        digest.update(&(bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    part(key.as_str().as_bytes());
    part(request.marketplace.as_str().as_bytes());
    part(request.auth_type.as_str().as_bytes());
    part(
        request
            .label
            .as_ref()
            .map_or("", |label| label.as_str())
            .as_bytes(),
    );
    part(&[
        u8::from(request.verify == Verify::Skip),
        u8::from(request.make_default),
    ]);
    for (name, value) in request.form.iter() {
        part(name.as_bytes());
        #[expect(clippy::disallowed_methods, reason = "EXPOSE: into a digest")]
        part(value.expose_secret().as_bytes());
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.finish().as_ref());
    Fingerprint(bytes)
}
