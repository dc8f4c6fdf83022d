use fluxori_domain::{
    AccountDetails, ApiKey, AuthType, Clocks, CredentialDocument, CredentialForm, InvalidForm,
    MarketplaceDescriptor, Submission, TakealotDetails, TakealotSurface, WebhookSecret,
};

use super::descriptor::{API_KEY, API_SURFACE, WEBHOOK_SECRET};
use crate::form::{FormReader, Parts};

/// Reads the form. The key's shape is only warned about: two published samples are no rule.
pub(super) fn parse(
    descriptor: MarketplaceDescriptor,
    auth_type: AuthType,
    form: &CredentialForm,
) -> Result<Submission, InvalidForm> {
    let mut reader = FormReader::new(descriptor, auth_type, form)?;
    let api_key = reader.secret(API_KEY, 16);
    let api_surface = reader
        .choice(API_SURFACE)
        .unwrap_or(TakealotSurface::Marketplace);
    let webhook_secret = reader.secret(WEBHOOK_SECRET, 8).map(WebhookSecret::new);
    reader.finish(api_key.map(|api_key| Parts {
        document: CredentialDocument::ApiKey {
            api_key: ApiKey::new(api_key),
            webhook_secret,
        },
        details: AccountDetails::Takealot(TakealotDetails {
            api_surface,
            seller_id: None,
            countries: Vec::new(),
        }),
        account_id: None,
        clocks: Clocks::default(),
    }))
}

/// What an existing connection already knows of the form.
pub(super) fn known_fields(details: &AccountDetails) -> Vec<(&'static str, String)> {
    match details {
        AccountDetails::Takealot(details) => {
            vec![(API_SURFACE, details.api_surface.to_string())]
        }
        AccountDetails::Amazon(_) | AccountDetails::Shopify(_) | AccountDetails::Xero(_) => vec![],
    }
}
