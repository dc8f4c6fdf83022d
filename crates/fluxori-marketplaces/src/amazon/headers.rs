use chrono::{DateTime, Utc};
use fluxori_domain::{CredentialDocument, Marketplace};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::{
    MarketplaceError,
    headers::{plain, sensitive},
};

const X_AMZ_ACCESS_TOKEN: HeaderName = HeaderName::from_static("x-amz-access-token");
const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// The access token, the date, and who we are, which Amazon's policy asks for.
pub(crate) fn headers(
    document: &CredentialDocument,
    now: DateTime<Utc>,
) -> Result<HeaderMap, MarketplaceError> {
    let marketplace = Marketplace::Amazon;
    let CredentialDocument::Tokens { access_token, .. } = document else {
        return Err(MarketplaceError::OtherKind { marketplace });
    };
    let token = access_token
        .as_ref()
        .ok_or(MarketplaceError::NoAccessToken { marketplace })?;
    Ok(HeaderMap::from_iter([
        (X_AMZ_ACCESS_TOKEN, sensitive(marketplace, "", token)?),
        (X_AMZ_DATE, plain(now.format("%Y%m%dT%H%M%SZ"))),
        (USER_AGENT, HeaderValue::from_static(crate::USER_AGENT)),
    ]))
}
