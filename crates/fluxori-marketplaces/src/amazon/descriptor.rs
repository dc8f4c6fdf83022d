use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, FieldChoice, FieldKind, FormField, Marketplace,
    MarketplaceDescriptor, Pattern,
};

use crate::{
    settings::AmazonSettings,
    token::{filled, is_blank},
};

pub(super) const REFRESH_TOKEN: &str = "refreshToken";
pub(super) const REGION: &str = "region";
pub(super) const SELLING_PARTNER_ID: &str = "sellingPartnerId";

/// The settings without which no token can be bought, by their environment name.
pub(super) fn missing_settings(settings: &AmazonSettings) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if filled(settings.client_id.as_deref()).is_none() {
        missing.push("AMAZON_CLIENT_ID");
    }
    if is_blank(settings.client_secret.as_ref()) {
        missing.push("AMAZON_CLIENT_SECRET");
    }
    missing
}

/// How Amazon presents itself, while the operator has not set `missing_settings`.
pub(super) fn descriptor(missing_settings: Vec<&'static str>) -> MarketplaceDescriptor {
    MarketplaceDescriptor {
        marketplace: Marketplace::Amazon,
        summary: "Listings, stock, orders and payments of your Amazon seller account, one region at a time.",
        auth_kinds: vec![AuthKind {
            auth_type: AuthType::SelfAuthorised,
            method: ConnectMethod::Form,
            title: "Paste a self-authorised refresh token",
            how_to: "Open the developer pages of your Amazon account (Apps and Services, Develop Apps), choose Authorize \
                     beside the application, and generate a token for one marketplace of the region. The token must be \
                     for the application that this server is set up with. Repeat for each region that you sell in.",
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
                },
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
            missing_settings,
        }],
        disconnect_help: "Delete the authorisation in the developer pages of your Amazon account, or disable the \
                          application in Seller Central under Manage Your Apps. Amazon offers no way for us to do it.",
    }
}
