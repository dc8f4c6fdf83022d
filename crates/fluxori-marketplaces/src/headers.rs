//! The headers of a request, secrets marked so that they do not print.

use std::fmt;

use chrono::{DateTime, Utc};
use fluxori_domain::{AccountDetails, CredentialDocument, Marketplace};
use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::{MarketplaceError, amazon, shopify, takealot, xero};

/// The headers that a request to `marketplace` needs so that it is made in the account's name.
///
/// Values that are secret are marked sensitive. `now` goes into headers that carry a date.
///
/// # Errors
/// [`MarketplaceError`] when the document or the details are not of this marketplace, or lack what a request needs.
pub fn request_headers(
    marketplace: Marketplace,
    document: &CredentialDocument,
    details: &AccountDetails,
    now: DateTime<Utc>,
) -> Result<HeaderMap, MarketplaceError> {
    match (marketplace, details) {
        (Marketplace::Takealot, AccountDetails::Takealot(details)) => {
            takealot::headers(document, details.api_surface)
        }
        (Marketplace::Amazon, AccountDetails::Amazon(_)) => amazon::headers(document, now),
        (Marketplace::Shopify, AccountDetails::Shopify(_)) => shopify::headers(document),
        (Marketplace::Xero, AccountDetails::Xero(details)) => {
            xero::headers(document, details.tenant_id)
        }
        _ => Err(MarketplaceError::OtherMarketplace { marketplace }),
    }
}

/// A header value that holds a secret after `prefix`.
pub(crate) fn sensitive(
    marketplace: Marketplace,
    prefix: &str,
    secret: &impl ExposeSecret<str>,
) -> Result<HeaderValue, MarketplaceError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: goes into the header of one request"
    )]
    let text = Zeroizing::new(format!("{prefix}{}", secret.expose_secret()));
    let mut value =
        HeaderValue::from_str(&text).map_err(|_| MarketplaceError::Unsendable { marketplace })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A header value made of an id or a date.
pub(crate) fn plain(value: impl fmt::Display) -> HeaderValue {
    HeaderValue::try_from(value.to_string()).expect("ids and dates are printable ASCII")
}
