//! Data keys as the database holds them: wrapped by a local master key (`fxk1`) or by a service (`fxk2`).

mod local;
mod service;

use fluxori_domain::{DataKeyId, MasterKeyId, OrganizationId, ports::SecretStoreError};
use ring::rand::SystemRandom;

use crate::{
    aad,
    hazmat::{DoesNotOpen, KeyMaterial},
    keyring::MasterKey,
};

const PURPOSE: &str = "data-key";
const ID_LEN: usize = 16;

/// A wrapped key, taken apart but not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrappedText<'a> {
    Local(local::LocalText<'a>),
    Service(service::ServiceText<'a>),
}

impl<'a> WrappedText<'a> {
    /// Takes the string apart. Anything but the one canonical form does not open.
    pub(crate) fn parse(text: &'a str) -> Result<Self, DoesNotOpen> {
        local::LocalText::split(text)
            .map(Self::Local)
            .or_else(|| service::ServiceText::split(text).map(Self::Service))
            .ok_or(DoesNotOpen)
    }

    /// The name of the master key that wraps it.
    pub(crate) const fn master_key(&self) -> &'a str {
        match self {
            Self::Local(text) => text.master_key,
            Self::Service(text) => text.master_key,
        }
    }

    /// Unwraps the key, if it is this organization's and has this name.
    pub(crate) async fn open(
        &self,
        master: &MasterKey,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<KeyMaterial, SecretStoreError> {
        match (self, master) {
            (Self::Local(text), MasterKey::Local(key)) => Ok(text.open(key, organization, id)?),
            (Self::Service(text), MasterKey::Service(service)) => {
                text.open(&**service, organization, id).await
            }
            // The names of local keys and of services are not derived alike: somebody put this together.
            _ => Err(SecretStoreError::DoesNotOpen),
        }
    }
}

/// Wraps a data key.
pub(crate) async fn wrap(
    key: &KeyMaterial,
    master: &MasterKey,
    random: &SystemRandom,
    organization: &OrganizationId,
    id: &DataKeyId,
) -> Result<String, SecretStoreError> {
    match master {
        MasterKey::Local(master) => Ok(local::wrap(key, master, random, organization, id)),
        MasterKey::Service(service) => service::wrap(key, &**service, organization, id).await,
    }
}

/// Takes the version and the name of the master key off the front.
fn split_head<'a>(text: &'a str, version: &str) -> Option<(&'a str, &'a str)> {
    let rest = text.strip_prefix(version)?.strip_prefix('.')?;
    let (master_key, rest) = rest.split_at_checked(ID_LEN)?;
    MasterKeyId::new(master_key).ok()?;
    Some((master_key, rest.strip_prefix('.')?))
}

fn bound_to(
    version: &str,
    organization: &OrganizationId,
    id: &DataKeyId,
    master: &MasterKeyId,
) -> Vec<u8> {
    aad::join([
        version.as_bytes(),
        PURPOSE.as_bytes(),
        organization.as_str().as_bytes(),
        id.as_str().as_bytes(),
        master.as_str().as_bytes(),
    ])
}
