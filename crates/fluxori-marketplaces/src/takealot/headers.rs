use fluxori_domain::{CredentialDocument, Marketplace, TakealotSurface};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName};

use crate::{MarketplaceError, headers::sensitive};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key, in the header that the interface expects it in.
pub(crate) fn headers(
    document: &CredentialDocument,
    surface: TakealotSurface,
) -> Result<HeaderMap, MarketplaceError> {
    let marketplace = Marketplace::Takealot;
    let CredentialDocument::ApiKey { api_key, .. } = document else {
        return Err(MarketplaceError::OtherKind { marketplace });
    };
    let header = match surface {
        TakealotSurface::Marketplace => (X_API_KEY, sensitive(marketplace, "", api_key)?),
        TakealotSurface::Seller => (AUTHORIZATION, sensitive(marketplace, "Key ", api_key)?),
    };
    Ok(HeaderMap::from_iter([header]))
}
