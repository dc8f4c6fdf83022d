use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, FieldKind, FormField, Marketplace, MarketplaceDescriptor,
    Pattern,
};

use crate::{
    connect::configured_first,
    settings::ShopifySettings,
    token::{filled, is_blank},
};

pub(super) const SHOP: &str = "shop";
pub(super) const ACCESS_TOKEN: &str = "accessToken";

/// How Shopify presents itself under these settings.
pub(super) fn descriptor(settings: &ShopifySettings) -> MarketplaceDescriptor {
    MarketplaceDescriptor {
        marketplace: Marketplace::Shopify,
        summary: "Products, stock, orders and customers of your Shopify shop.",
        auth_kinds: configured_first([consent(settings), pasted()]),
        disconnect_help: "Uninstall our app, or delete the custom app, under Settings, Apps in the admin of your shop. \
                          Until then a custom app's token keeps working.",
    }
}

fn consent(settings: &ShopifySettings) -> AuthKind {
    let mut missing_settings = Vec::new();
    if filled(settings.client_id.as_deref()).is_none() {
        missing_settings.push("SHOPIFY_CLIENT_ID");
    }
    if is_blank(settings.client_secret.as_ref()) {
        missing_settings.push("SHOPIFY_CLIENT_SECRET");
    }
    AuthKind {
        auth_type: AuthType::OAuth,
        method: ConnectMethod::Consent,
        title: "Install our app in your shop",
        how_to: "Enter the address of your shop. You are sent to its admin: sign in as somebody who may install apps, look \
                 at what the app may do, and install it.",
        help_url: None,
        fields: vec![shop_field()],
        missing_settings,
    }
}

fn pasted() -> AuthKind {
    AuthKind {
        auth_type: AuthType::CustomAppToken,
        method: ConnectMethod::Form,
        title: "Paste the token of a custom app",
        how_to: "In the admin of your shop open Settings, Apps, Develop apps. Create an app, or open the one that you \
                     made for us, choose the Admin API scopes it needs, install it, and reveal its Admin API access \
                     token. It is shown once.",
        help_url: None,
        fields: vec![
            shop_field(),
            FormField {
                name: ACCESS_TOKEN,
                label: "Admin API access token",
                help: "The token of the custom app. It usually begins with shpat_.",
                kind: FieldKind::Secret,
                required: true,
                max_length: 512,
                usual: Some(Pattern {
                    regex: "^shp(at|ca|ua|o)_[0-9A-Za-z_-]{16,}$",
                    words: "begins with shpat_",
                }),
            },
        ],
        missing_settings: vec![],
    }
}

fn shop_field() -> FormField {
    FormField {
        name: SHOP,
        label: "Shop",
        help: "Your permanent address, such as my-shop.myshopify.com. Its first part will do, or the address of your admin page.",
        kind: FieldKind::Text,
        required: true,
        max_length: 200,
        usual: None,
    }
}
