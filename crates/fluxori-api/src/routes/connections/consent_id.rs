use fluxori_domain::{AuthType, Connection};
use ring::digest::{Context, SHA256};
use uuid::{Builder, Uuid};

/// Sets these names apart from whatever else is made of a credential's id.
const LABEL: &[u8] = b"fluxori consent id 1\n";

/// A name for the consent that a connection came of; none where the seller brought a key.
///
/// One consent is one credential, but the name of a secret is made of the credential's own id, which is therefore shown to
/// nobody.
pub(super) fn derive_consent_id(connection: &Connection) -> Option<Uuid> {
    if connection.auth_type != AuthType::OAuth {
        return None;
    }
    let mut digest = Context::new(&SHA256);
    digest.update(LABEL);
    digest.update(connection.credential_id.as_uuid().as_bytes());
    let digest = digest.finish();
    let (first, _) = digest
        .as_ref()
        .split_first_chunk::<16>()
        .expect("a SHA-256 has 32 bytes");
    // Version 8: made by a rule of our own (RFC 9562, section 5.8).
    Some(Builder::from_custom_bytes(*first).into_uuid())
}
