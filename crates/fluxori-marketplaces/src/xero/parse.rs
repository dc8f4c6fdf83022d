use fluxori_domain::{
    AccessToken, AccountDetails, AccountId, AuthType, CredentialDocument, CredentialForm,
    InvalidForm, MarketplaceDescriptor, RefreshToken, Submission, XeroDetails,
};
use uuid::Uuid;

use super::{
    descriptor::{ACCESS_TOKEN, REFRESH_TOKEN, TENANT_ID},
    token::clocks_of,
};
use crate::form::{FormReader, Parts};

/// Reads the form. The access token is required, for it is what the test is made with; a refresh token may be missing.
pub(super) fn parse(
    descriptor: MarketplaceDescriptor,
    auth_type: AuthType,
    form: &CredentialForm,
) -> Result<Submission, InvalidForm> {
    let mut reader = FormReader::new(descriptor, auth_type, form)?;
    let access_token = reader.secret(ACCESS_TOKEN, 16);
    let refresh_token = reader.secret(REFRESH_TOKEN, 16).map(RefreshToken::new);
    let tenant_id = reader.text(TENANT_ID, read_tenant_id);
    if refresh_token.is_none() {
        reader.warn(
            REFRESH_TOKEN,
            "Without a refresh token this connection ends with its access token, within 30 minutes.",
        );
    }
    reader.finish(access_token.map(|access_token| Parts {
        clocks: clocks_of(&access_token, refresh_token.is_some()),
        document: CredentialDocument::Tokens {
            access_token: Some(AccessToken::new(access_token)),
            refresh_token,
        },
        account_id: tenant_id.map(account_id),
        details: AccountDetails::Xero(XeroDetails {
            tenant_id,
            connection_id: None,
            tenant_type: None,
        }),
    }))
}

/// What an existing connection already knows of the form.
pub(super) fn known_fields(details: &AccountDetails) -> Vec<(&'static str, String)> {
    match details {
        AccountDetails::Xero(details) => details
            .tenant_id
            .map(|tenant| (TENANT_ID, tenant.hyphenated().to_string()))
            .into_iter()
            .collect(),
        AccountDetails::Takealot(_) | AccountDetails::Amazon(_) | AccountDetails::Shopify(_) => {
            vec![]
        }
    }
}

pub(super) fn account_id(tenant: Uuid) -> AccountId {
    AccountId::new(tenant.hyphenated().to_string()).expect("a UUID is printable")
}

fn read_tenant_id(text: &str) -> Result<Uuid, String> {
    match Uuid::try_parse(text) {
        Ok(tenant) if text.len() == 36 && !tenant.is_nil() => Ok(tenant),
        _ => Err(
            "It must look like 01234567-89ab-cdef-0123-456789abcdef, as Xero shows it.".to_owned(),
        ),
    }
}
