use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, FieldKind, FormField, Marketplace, MarketplaceDescriptor,
    Pattern,
};

pub(super) const ACCESS_TOKEN: &str = "accessToken";
pub(super) const REFRESH_TOKEN: &str = "refreshToken";
pub(super) const TENANT_ID: &str = "tenantId";

/// How Xero presents itself.
pub(super) fn descriptor() -> MarketplaceDescriptor {
    MarketplaceDescriptor {
        marketplace: Marketplace::Xero,
        summary: "Invoices, payments and accounts of your Xero organisation.",
        auth_kinds: vec![AuthKind {
            auth_type: AuthType::OAuth,
            method: ConnectMethod::Form,
            title: "Paste a token set",
            how_to: "Authorise your Xero app with a tool of your own, such as Xero's API explorer, and paste the access token \
                     and the refresh token that it got. The app must ask for the scope offline_access to get a refresh token. \
                     An access token works for 30 minutes.",
            fields: vec![
                FormField {
                    name: ACCESS_TOKEN,
                    label: "Access token",
                    help: "The very long text that begins with ey.",
                    kind: FieldKind::Secret,
                    required: true,
                    max_length: 8192,
                    usual: Some(Pattern {
                        regex: "^ey[0-9A-Za-z_-]+[.][0-9A-Za-z_-]+[.][0-9A-Za-z_-]+$",
                        words: "begins with ey and has two full stops inside",
                    }),
                },
                FormField {
                    name: REFRESH_TOKEN,
                    label: "Refresh token",
                    help: "The shorter text that came with the access token.",
                    kind: FieldKind::Secret,
                    required: false,
                    max_length: 512,
                    usual: None,
                },
                FormField {
                    name: TENANT_ID,
                    label: "Organisation",
                    help: "The tenant id of the organisation. Leave it empty when the token reaches one organisation only; \
                           with several you are asked to choose.",
                    kind: FieldKind::Text,
                    required: false,
                    max_length: 36,
                    usual: None,
                },
            ],
            missing_settings: vec![],
        }],
        disconnect_help: "In Xero open Settings, Connected Apps, and disconnect the app from the organisation.",
    }
}
