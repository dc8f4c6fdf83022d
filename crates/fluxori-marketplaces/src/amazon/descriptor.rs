use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, FieldChoice, FieldKind, FormField, Marketplace,
    MarketplaceDescriptor, Pattern,
};

use super::seller_central::COUNTRIES;
use crate::{
    connect::configured_first,
    settings::AmazonSettings,
    token::{filled, is_blank},
};

pub(super) const REFRESH_TOKEN: &str = "refreshToken";
pub(super) const REGION: &str = "region";
pub(super) const COUNTRY: &str = "country";
pub(super) const SELLING_PARTNER_ID: &str = "sellingPartnerId";

/// How Amazon presents itself under these settings.
pub(super) fn descriptor(settings: &AmazonSettings) -> MarketplaceDescriptor {
    MarketplaceDescriptor {
        marketplace: Marketplace::Amazon,
        summary: "Listings, stock, orders and payments of your Amazon seller account, one region at a time.",
        auth_kinds: configured_first([consent(settings), pasted(settings)]),
        disconnect_help: "Delete the authorisation in the developer pages of your Amazon account, or disable the \
                          application in Seller Central under Manage Your Apps. Amazon offers no way for us to do it.",
    }
}

fn consent(settings: &AmazonSettings) -> AuthKind {
    let mut missing_settings = missing_for_tokens(settings);
    if filled(settings.application_id.as_deref()).is_none() {
        missing_settings.push("AMAZON_APPLICATION_ID");
    }
    AuthKind {
        auth_type: AuthType::OAuth,
        method: ConnectMethod::Consent,
        title: "Connect at Amazon",
        how_to: "Choose your region. You are sent to Seller Central: sign in as the primary user of the account and confirm \
                 the application. One consent covers all marketplaces of the region. Repeat for each region that you sell \
                 in. Amazon asks for the consent again every year.",
        help_url: None,
        fields: vec![
            region_field(),
            FormField {
                name: COUNTRY,
                label: "Seller Central",
                help: "The country whose Seller Central you sign in to. Leave it empty for the main one of the region.",
                kind: FieldKind::Choice(
                    COUNTRIES
                        .iter()
                        .map(|country| FieldChoice {
                            value: country.code,
                            label: country.name,
                        })
                        .collect(),
                ),
                required: false,
                max_length: 2,
                usual: None,
            },
        ],
        missing_settings,
    }
}

fn pasted(settings: &AmazonSettings) -> AuthKind {
    AuthKind {
        auth_type: AuthType::SelfAuthorised,
        method: ConnectMethod::Form,
        title: "Paste a self-authorised refresh token",
        how_to: "Open the developer pages of your Amazon account (Apps and Services, Develop Apps), choose Authorize \
                     beside the application, and generate a token for one marketplace of the region. The token must be \
                     for the application that this server is set up with. Repeat for each region that you sell in.",
        help_url: None,
        fields: vec![
            FormField {
                name: REFRESH_TOKEN,
                label: "Refresh token",
                help: "The long text that was generated. It usually begins with Atzr and an upright bar.",
                kind: FieldKind::Secret,
                required: true,
                max_length: 2048,
                usual: Some(Pattern {
                    regex: "^Atzr[|].{20,}$",
                    words: "begins with Atzr and an upright bar",
                }),
            },
            region_field(),
            FormField {
                name: SELLING_PARTNER_ID,
                label: "Merchant token",
                help: "Your selling partner id: in Seller Central under Settings, Account Info, Your Merchant Token.",
                kind: FieldKind::Text,
                required: true,
                max_length: 32,
                usual: Some(Pattern {
                    regex: "^[Aa][A-Za-z0-9]{9,20}$",
                    words: "begins with A and has 10 to 21 letters and digits",
                }),
            },
        ],
        missing_settings: missing_for_tokens(settings),
    }
}

pub(super) fn region_field() -> FormField {
    FormField {
        name: REGION,
        label: "Region",
        help: "The region of the marketplaces that the token is for. South Africa and the Emirates belong to Europe.",
        kind: FieldKind::Choice(vec![
            FieldChoice {
                value: "na",
                label: "North America (Canada, United States, Mexico, Brazil)",
            },
            FieldChoice {
                value: "eu",
                label: "Europe, Middle East, Africa and India",
            },
            FieldChoice {
                value: "fe",
                label: "Far East (Singapore, Australia, Japan)",
            },
        ]),
        required: true,
        max_length: 2,
        usual: None,
    }
}

/// The settings without which no token can be bought.
fn missing_for_tokens(settings: &AmazonSettings) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if filled(settings.client_id.as_deref()).is_none() {
        missing.push("AMAZON_CLIENT_ID");
    }
    if is_blank(settings.client_secret.as_ref()) {
        missing.push("AMAZON_CLIENT_SECRET");
    }
    missing
}

#[cfg(test)]
mod tests {
    use fluxori_domain::SecretText;

    use super::*;

    #[test]
    fn what_is_missing_is_named_and_what_works_comes_first() {
        let mut settings = AmazonSettings {
            client_id: Some("id".to_owned()),
            client_secret: Some(SecretText::copy_of(" ")),
            ..AmazonSettings::default()
        };
        let missing = |settings: &AmazonSettings| {
            let kinds = descriptor(settings).auth_kinds.into_iter();
            kinds
                .map(|kind| (kind.method, kind.missing_settings))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            missing(&settings),
            [
                (
                    ConnectMethod::Consent,
                    vec!["AMAZON_CLIENT_SECRET", "AMAZON_APPLICATION_ID"]
                ),
                (ConnectMethod::Form, vec!["AMAZON_CLIENT_SECRET"]),
            ]
        );
        settings.client_secret = Some(SecretText::copy_of("s"));
        assert_eq!(
            missing(&settings),
            [
                (ConnectMethod::Form, vec![]),
                (ConnectMethod::Consent, vec!["AMAZON_APPLICATION_ID"]),
            ]
        );
        settings.application_id = Some("a".to_owned());
        assert_eq!(missing(&settings)[0], (ConnectMethod::Consent, vec![]));
    }
}
