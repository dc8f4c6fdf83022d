use std::{fmt, sync::Arc};

use fluxori_domain::{MasterKeyId, ports::MasterKeyService};

use super::text;
use crate::{
    error::{KeySlot, VaultError},
    hazmat::{Cipher, Purpose},
};

/// One master key, ready to wrap and unwrap data keys.
#[derive(Clone)]
pub(crate) enum MasterKey {
    /// Given to this process.
    Local(Arc<LocalKey>),
    /// Kept by a service, which is asked each time.
    Service(Arc<dyn MasterKeyService>),
}

/// A master key of this process.
pub(crate) struct LocalKey {
    pub(crate) id: MasterKeyId,
    pub(crate) cipher: Cipher,
}

impl MasterKey {
    pub(super) fn parse(slot: KeySlot, text: &str) -> Result<Self, VaultError> {
        let key = text::decode(slot, text.trim())?;
        Ok(Self::Local(Arc::new(LocalKey {
            id: MasterKeyId::new(&key.derive_name::<8>(Purpose::MasterKeyId))
                .expect("8 bytes are 16 hexadecimal digits"),
            cipher: key.derive_cipher(Purpose::WrapDataKeys),
        })))
    }

    /// The name that rows carry.
    pub(crate) fn id(&self) -> &MasterKeyId {
        match self {
            Self::Local(key) => &key.id,
            Self::Service(service) => service.id(),
        }
    }

    /// What the service that keeps it calls it.
    pub(crate) fn service_name(&self) -> Option<&str> {
        match self {
            Self::Local(_) => None,
            Self::Service(service) => Some(service.name()),
        }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(key) => f
                .debug_struct("Local")
                .field("id", &key.id)
                .field("cipher", &key.cipher)
                .finish(),
            Self::Service(service) => f
                .debug_struct("Service")
                .field("id", service.id())
                .field("name", &service.name())
                .finish_non_exhaustive(),
        }
    }
}
