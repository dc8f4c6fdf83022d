use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, FieldKind, FormField, Marketplace, MarketplaceDescriptor,
    Pattern,
};

use crate::{connect::configured_first, settings::XeroSettings, token::filled};

pub(super) const ACCESS_TOKEN: &str = "accessToken";
pub(super) const REFRESH_TOKEN: &str = "refreshToken";
pub(super) const TENANT_ID: &str = "tenantId";

/// The scope without which Xero gives no refresh token.
const OFFLINE_ACCESS: &str = "offline_access";

/// How Xero presents itself under these settings.
pub(super) fn descriptor(settings: &XeroSettings) -> MarketplaceDescriptor {
    MarketplaceDescriptor {
        marketplace: Marketplace::Xero,
        summary: "Invoices, payments and accounts of your Xero organisation.",
        auth_kinds: configured_first([consent(settings), pasted()]),
        disconnect_help: "In Xero open Settings, Connected Apps, and disconnect the app from the organisation.",
    }
}

/// An application of the PKCE type has no secret, so none is asked for.
fn consent(settings: &XeroSettings) -> AuthKind {
    let mut missing_settings = Vec::new();
    if filled(settings.client_id.as_deref()).is_none() {
        missing_settings.push("XERO_CLIENT_ID");
    }
    if !settings.scopes.contains(OFFLINE_ACCESS) {
        missing_settings.push("XERO_SCOPES");
    }
    AuthKind {
        auth_type: AuthType::OAuth,
        method: ConnectMethod::Consent,
        title: "Connect at Xero",
        how_to: "You are sent to Xero: sign in, choose the organisations that you want to connect, and allow access. \
                 Each of them becomes a connection here.",
        help_url: None,
        fields: vec![],
        missing_settings,
    }
}

fn pasted() -> AuthKind {
    AuthKind {
        auth_type: AuthType::OAuth,
        method: ConnectMethod::Form,
        title: "Paste a token set",
        how_to: "Authorise your Xero app with a tool of your own, such as Xero's API explorer, and paste the access token \
                     and the refresh token that it got. The app must ask for the scope offline_access to get a refresh token. \
                     An access token works for 30 minutes.",
        help_url: None,
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_needs_an_application_that_may_stay() {
        let mut settings = XeroSettings::default();
        let consent = |settings: &XeroSettings| {
            let kinds = descriptor(settings).auth_kinds;
            let place = kinds
                .iter()
                .position(|kind| kind.method == ConnectMethod::Consent)
                .unwrap();
            (place, kinds[place].missing_settings.clone())
        };
        assert_eq!(
            consent(&settings),
            (1, vec!["XERO_CLIENT_ID", "XERO_SCOPES"])
        );
        settings.client_id = Some("id".to_owned());
        settings.scopes = "openid accounting.settings.read".parse().unwrap();
        assert_eq!(consent(&settings), (1, vec!["XERO_SCOPES"]));
        settings.scopes = "offline_access".parse().unwrap();
        assert_eq!(consent(&settings), (0, vec![]));
    }
}
