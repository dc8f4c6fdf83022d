use fluxori_domain::{
    AccountDetails, AccountId, AmazonDetails, AmazonRegion, AuthType, Clocks, CredentialDocument,
    CredentialForm, InvalidForm, InvalidText, MarketplaceDescriptor, RefreshToken, Submission,
};

use super::descriptor::{REFRESH_TOKEN, REGION, SELLING_PARTNER_ID};
use crate::form::{FormReader, Parts};

/// Reads the form. The account is what the seller says: Amazon's answers never repeat the selling partner id.
pub(super) fn parse(
    descriptor: MarketplaceDescriptor,
    auth_type: AuthType,
    form: &CredentialForm,
) -> Result<Submission, InvalidForm> {
    let mut reader = FormReader::new(descriptor, auth_type, form)?;
    let refresh_token = reader.secret(REFRESH_TOKEN, 16).map(RefreshToken::new);
    let region = reader.choice(REGION);
    let selling_partner_id = reader.text(SELLING_PARTNER_ID, read_selling_partner_id);
    let parts = refresh_token.zip(region).zip(selling_partner_id);
    reader.finish(
        parts.map(|((refresh_token, region), selling_partner_id)| Parts {
            document: CredentialDocument::Tokens {
                access_token: None,
                refresh_token: Some(refresh_token),
            },
            account_id: account_id(region, &selling_partner_id).ok(),
            details: AccountDetails::Amazon(AmazonDetails {
                region,
                selling_partner_id,
                marketplace_ids: Vec::new(),
                countries: Vec::new(),
            }),
            // A private application's authorisation does not run out.
            clocks: Clocks::default(),
        }),
    )
}

/// What an existing connection already knows of the form.
pub(super) fn known_fields(details: &AccountDetails) -> Vec<(&'static str, String)> {
    match details {
        AccountDetails::Amazon(details) => vec![
            (REGION, details.region.to_string()),
            (SELLING_PARTNER_ID, details.selling_partner_id.clone()),
        ],
        AccountDetails::Takealot(_) | AccountDetails::Shopify(_) | AccountDetails::Xero(_) => {
            vec![]
        }
    }
}

/// One grant is for one seller in one region.
pub(super) fn account_id(
    region: AmazonRegion,
    selling_partner_id: &str,
) -> Result<AccountId, InvalidText> {
    AccountId::new(format!("{region}:{selling_partner_id}"))
}

pub(super) fn read_selling_partner_id(text: &str) -> Result<String, String> {
    if text.len() < 5 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("It must have at least 5 letters and digits, and nothing else.".to_owned());
    }
    // Amazon writes them in capitals; one seller must not become two accounts.
    Ok(text.to_ascii_uppercase())
}
