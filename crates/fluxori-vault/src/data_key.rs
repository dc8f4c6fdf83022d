use fluxori_domain::{DataKeyId, OrganizationId};

use crate::hazmat::{Cipher, KeyMaterial, Purpose};

/// An organization's data key, unwrapped and ready to seal and open. Holds no raw key bytes and prints names only.
#[derive(Debug)]
pub struct DataKey {
    id: DataKeyId,
    organization: OrganizationId,
    cipher: Cipher,
}

impl DataKey {
    pub(crate) fn new(organization: OrganizationId, key: &KeyMaterial) -> Self {
        Self {
            id: derive_id(key),
            organization,
            cipher: key.derive_cipher(Purpose::SealCredentials),
        }
    }

    /// Its name, derived from the key.
    #[must_use]
    pub const fn id(&self) -> &DataKeyId {
        &self.id
    }

    /// Whose it is.
    #[must_use]
    pub const fn organization(&self) -> &OrganizationId {
        &self.organization
    }

    pub(crate) const fn cipher(&self) -> &Cipher {
        &self.cipher
    }
}

/// The name of a data key.
pub(crate) fn derive_id(key: &KeyMaterial) -> DataKeyId {
    DataKeyId::new(&key.derive_name::<16>(Purpose::DataKeyId))
        .expect("16 bytes are 32 hexadecimal digits")
}
