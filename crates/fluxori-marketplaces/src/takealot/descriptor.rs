use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, FieldChoice, FieldKind, FormField, Marketplace,
    MarketplaceDescriptor, Pattern,
};

use crate::settings::BaseUrl;

pub(super) const API_KEY: &str = "apiKey";
pub(super) const API_SURFACE: &str = "apiSurface";
pub(super) const WEBHOOK_SECRET: &str = "webhookSecret";

/// How Takealot presents itself, whose Seller Portal is there.
pub(super) fn descriptor(portal_url: &BaseUrl) -> MarketplaceDescriptor {
    MarketplaceDescriptor {
        marketplace: Marketplace::Takealot,
        summary: "Offers, stock, orders and sales of your Takealot seller account.",
        auth_kinds: vec![AuthKind {
            auth_type: AuthType::ApiKey,
            method: ConnectMethod::Form,
            title: "Connect with an API key",
            how_to: "Sign in to the Takealot Seller Portal as the owner of the account, open API Integrations, and \
                     create a key. It is shown once. Takealot allows one key at a time: creating another stops \
                     the one before it everywhere.",
            help_url: Some(portal_url.to_string()),
            fields: vec![
                FormField {
                    name: API_KEY,
                    label: "API key",
                    help: "The key exactly as the Seller Portal showed it.",
                    kind: FieldKind::Secret,
                    required: true,
                    max_length: 512,
                    usual: Some(Pattern {
                        regex: "^[0-9a-f]{128}$",
                        words: "has 128 characters, digits and the letters a to f",
                    }),
                },
                FormField {
                    name: API_SURFACE,
                    label: "Interface",
                    help: "Leave this at Marketplace API unless Takealot told you that your key is for the older one. \
                           Only the Marketplace API says which seller a key belongs to.",
                    kind: FieldKind::Choice(vec![
                        FieldChoice {
                            value: "marketplace",
                            label: "Marketplace API (current)",
                        },
                        FieldChoice {
                            value: "seller",
                            label: "Seller API (older)",
                        },
                    ]),
                    required: false,
                    max_length: 16,
                    usual: None,
                },
                FormField {
                    name: WEBHOOK_SECRET,
                    label: "Webhook secret",
                    help: "Only if you have set up webhooks in the Seller Portal: the secret shown beside them.",
                    kind: FieldKind::Secret,
                    required: false,
                    max_length: 512,
                    usual: None,
                },
            ],
            missing_settings: vec![],
        }],
        disconnect_help: "Delete or replace the API key under API Integrations in the Takealot Seller Portal, and \
                          remove webhooks that you set up for us. Until then the key keeps working.",
    }
}
