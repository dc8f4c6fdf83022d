use fluxori_domain::{CredentialDocument, Marketplace};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::{
    MarketplaceError,
    headers::{plain, sensitive},
};

const XERO_TENANT_ID: HeaderName = HeaderName::from_static("xero-tenant-id");

/// The access token, the organisation, and that we want JSON, for Xero's own choice is XML.
pub(crate) fn headers(
    document: &CredentialDocument,
    tenant: Option<Uuid>,
) -> Result<HeaderMap, MarketplaceError> {
    let tenant = tenant.ok_or(MarketplaceError::NoTenant {
        marketplace: Marketplace::Xero,
    })?;
    let mut headers = headers_without_tenant(document)?;
    headers.insert(XERO_TENANT_ID, plain(tenant.hyphenated()));
    Ok(headers)
}

/// For calls that are about the user's grant and not about one organisation.
pub(super) fn headers_without_tenant(
    document: &CredentialDocument,
) -> Result<HeaderMap, MarketplaceError> {
    let marketplace = Marketplace::Xero;
    let CredentialDocument::Tokens { access_token, .. } = document else {
        return Err(MarketplaceError::OtherKind { marketplace });
    };
    let token = access_token
        .as_ref()
        .ok_or(MarketplaceError::NoAccessToken { marketplace })?;
    Ok(HeaderMap::from_iter([
        (AUTHORIZATION, sensitive(marketplace, "Bearer ", token)?),
        (ACCEPT, HeaderValue::from_static("application/json")),
    ]))
}
