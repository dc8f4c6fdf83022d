use fluxori_domain::{
    AccessToken, AccountDetails, AccountId, AuthType, Clocks, CredentialDocument, CredentialForm,
    InvalidForm, MarketplaceDescriptor, ShopDomain, ShopifyDetails, Submission,
};

use super::{
    descriptor::{ACCESS_TOKEN, SHOP},
    shop::read_shop,
};
use crate::form::{FormReader, Parts};

/// Reads the form. The shop is the account, and it is also the host that we will connect to.
pub(super) fn parse(
    descriptor: MarketplaceDescriptor,
    auth_type: AuthType,
    form: &CredentialForm,
) -> Result<Submission, InvalidForm> {
    let mut reader = FormReader::new(descriptor, auth_type, form)?;
    let shop = reader.text(SHOP, read_shop);
    let access_token = reader.secret(ACCESS_TOKEN, 16).map(AccessToken::new);
    reader.finish(shop.zip(access_token).map(|(shop, access_token)| Parts {
        document: CredentialDocument::Tokens {
            access_token: Some(access_token),
            refresh_token: None,
        },
        account_id: Some(account_id(&shop)),
        details: AccountDetails::Shopify(ShopifyDetails {
            shop,
            shop_gid: None,
            currency: None,
            timezone: None,
            scopes: Vec::new(),
        }),
        // A custom app's token does not run out.
        clocks: Clocks::default(),
    }))
}

/// What an existing connection already knows of the form.
pub(super) fn known_fields(details: &AccountDetails) -> Vec<(&'static str, String)> {
    match details {
        AccountDetails::Shopify(details) => vec![(SHOP, details.shop.to_string())],
        AccountDetails::Takealot(_) | AccountDetails::Amazon(_) | AccountDetails::Xero(_) => vec![],
    }
}

pub(super) fn account_id(shop: &ShopDomain) -> AccountId {
    AccountId::new(shop.as_str()).expect("a shop domain is short and printable")
}
