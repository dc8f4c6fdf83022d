use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, FieldKind, FormField, Marketplace, MarketplaceDescriptor,
    Pattern,
};

pub(super) const SHOP: &str = "shop";
pub(super) const ACCESS_TOKEN: &str = "accessToken";

/// How Shopify presents itself.
pub(super) fn descriptor() -> MarketplaceDescriptor {
    MarketplaceDescriptor {
        marketplace: Marketplace::Shopify,
        summary: "Products, stock, orders and customers of your Shopify shop.",
        auth_kinds: vec![AuthKind {
            auth_type: AuthType::CustomAppToken,
            method: ConnectMethod::Form,
            title: "Paste the token of a custom app",
            how_to: "In the admin of your shop open Settings, Apps, Develop apps. Create an app, or open the one that you \
                     made for us, choose the Admin API scopes it needs, install it, and reveal its Admin API access \
                     token. It is shown once.",
            fields: vec![
                FormField {
                    name: SHOP,
                    label: "Shop",
                    help: "Your permanent address, such as my-shop.myshopify.com. The address of your admin page will do.",
                    kind: FieldKind::Text,
                    required: true,
                    max_length: 200,
                    usual: None,
                },
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
        }],
        disconnect_help: "Uninstall or delete the custom app under Settings, Apps in the admin of your shop. \
                          Until then its token keeps working.",
    }
}
