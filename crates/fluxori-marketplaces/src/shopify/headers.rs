use fluxori_domain::{CredentialDocument, Marketplace};
use reqwest::header::{HeaderMap, HeaderName};

use crate::{MarketplaceError, headers::sensitive};

const X_SHOPIFY_ACCESS_TOKEN: HeaderName = HeaderName::from_static("x-shopify-access-token");

/// The access token.
pub(crate) fn headers(document: &CredentialDocument) -> Result<HeaderMap, MarketplaceError> {
    let marketplace = Marketplace::Shopify;
    let CredentialDocument::Tokens { access_token, .. } = document else {
        return Err(MarketplaceError::OtherKind { marketplace });
    };
    let token = access_token
        .as_ref()
        .ok_or(MarketplaceError::NoAccessToken { marketplace })?;
    Ok(HeaderMap::from_iter([(
        X_SHOPIFY_ACCESS_TOKEN,
        sensitive(marketplace, "", token)?,
    )]))
}
