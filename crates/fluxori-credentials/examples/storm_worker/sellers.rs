//! Who the credentials belong to: numbered users of one organization, each with one connection to Xero.

use anyhow::Result;
use fluxori_credentials::{
    CredentialProvider, CredentialRequest, Marketplace, OrganizationId, UserId,
};

/// Numbered from 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sellers(usize);

impl Sellers {
    pub(crate) const fn new(count: usize) -> Self {
        Self(count)
    }

    pub(crate) const fn count(self) -> usize {
        self.0
    }
}

/// The organization of all.
pub(crate) fn organization() -> Result<OrganizationId> {
    Ok(OrganizationId::new("storm")?)
}

/// The user of this number.
pub(crate) fn user(number: usize) -> Result<UserId> {
    Ok(UserId::new(format!("seller-{number}"))?)
}

/// What an adapter asks for.
pub(crate) fn request(
    provider: &CredentialProvider,
    number: usize,
) -> Result<CredentialRequest<'_>> {
    Ok(provider.request(&user(number)?, &organization()?, Marketplace::Xero))
}
