//! What the operator sets. Every default is the marketplace's production.

mod address;
mod scopes;
mod seller_central;

use std::num::NonZeroU32;

use fluxori_domain::{AmazonRegion, SecretText};
use serde::Deserialize;

pub use address::{ApiVersion, BaseUrl, ShopUrl};
pub use scopes::Scopes;
pub use seller_central::SellerCentral;

/// Settings of all marketplaces. The names of the environment variables are `{MARKETPLACE}_{FIELD}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketplaceSettings {
    /// Takealot.
    pub takealot: TakealotSettings,
    /// Amazon.
    pub amazon: AmazonSettings,
    /// Shopify.
    pub shopify: ShopifySettings,
    /// Xero.
    pub xero: XeroSettings,
}

/// Where Takealot answers.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TakealotSettings {
    /// The Marketplace API, without its version: `TAKEALOT_MARKETPLACE_URL`.
    pub marketplace_url: BaseUrl,
    /// The older Seller API, without its version: `TAKEALOT_SELLER_URL`.
    pub seller_url: BaseUrl,
    /// The Seller Portal, where sellers make their keys: `TAKEALOT_PORTAL_URL`.
    pub portal_url: BaseUrl,
    /// Calls that this process makes at once: `TAKEALOT_CONCURRENT_CALLS`.
    pub concurrent_calls: NonZeroU32,
}

impl Default for TakealotSettings {
    fn default() -> Self {
        Self {
            marketplace_url: built_in("https://marketplace-api.takealot.com"),
            seller_url: built_in("https://seller-api.takealot.com"),
            portal_url: built_in("https://seller.takealot.com"),
            concurrent_calls: at_once(16),
        }
    }
}

/// Where Amazon answers, and who we are there.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AmazonSettings {
    /// Login with Amazon, the same for all regions: `AMAZON_LWA_URL`.
    pub lwa_url: BaseUrl,
    /// The Selling Partner API for North America: `AMAZON_SP_API_NA_URL`.
    pub sp_api_na_url: BaseUrl,
    /// The Selling Partner API for Europe, Middle East, Africa and India: `AMAZON_SP_API_EU_URL`.
    pub sp_api_eu_url: BaseUrl,
    /// The Selling Partner API for the Far East: `AMAZON_SP_API_FE_URL`.
    pub sp_api_fe_url: BaseUrl,
    /// The LWA client id of our application: `AMAZON_CLIENT_ID`.
    pub client_id: Option<String>,
    /// The LWA client secret of our application: `AMAZON_CLIENT_SECRET`.
    pub client_secret: Option<SecretText>,
    /// The secret before the last rotation, tried when the present one is refused: `AMAZON_CLIENT_SECRET_PREVIOUS`.
    pub client_secret_previous: Option<SecretText>,
    /// The id of our application, which the consent page needs: `AMAZON_APPLICATION_ID`.
    pub application_id: Option<String>,
    /// Whether the application is still a draft, which the consent page must be told: `AMAZON_DRAFT_APPLICATION`.
    pub draft_application: bool,
    /// Where sellers of a country consent, over what is built in: `AMAZON_SELLER_CENTRAL`.
    pub seller_central: SellerCentral,
    /// Calls that this process makes at once: `AMAZON_CONCURRENT_CALLS`.
    pub concurrent_calls: NonZeroU32,
}

impl Default for AmazonSettings {
    fn default() -> Self {
        Self {
            lwa_url: built_in("https://api.amazon.com"),
            sp_api_na_url: built_in("https://sellingpartnerapi-na.amazon.com"),
            sp_api_eu_url: built_in("https://sellingpartnerapi-eu.amazon.com"),
            sp_api_fe_url: built_in("https://sellingpartnerapi-fe.amazon.com"),
            client_id: None,
            client_secret: None,
            client_secret_previous: None,
            application_id: None,
            draft_application: false,
            seller_central: SellerCentral::default(),
            concurrent_calls: at_once(32),
        }
    }
}

impl AmazonSettings {
    /// Where the Selling Partner API of `region` answers.
    #[must_use]
    pub const fn sp_api_url(&self, region: AmazonRegion) -> &BaseUrl {
        match region {
            AmazonRegion::NorthAmerica => &self.sp_api_na_url,
            AmazonRegion::Europe => &self.sp_api_eu_url,
            AmazonRegion::FarEast => &self.sp_api_fe_url,
        }
    }
}

/// Where shops answer, and which version of the interface we speak.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopifySettings {
    /// The address of a shop: `SHOPIFY_BASE_URL`.
    pub base_url: ShopUrl,
    /// The version of the Admin API: `SHOPIFY_API_VERSION`.
    pub api_version: ApiVersion,
    /// The client id of our app: `SHOPIFY_CLIENT_ID`.
    pub client_id: Option<String>,
    /// The client secret of our app, which also signs callbacks and webhooks: `SHOPIFY_CLIENT_SECRET`.
    pub client_secret: Option<SecretText>,
    /// The secret before the last rotation, accepted besides the present one: `SHOPIFY_CLIENT_SECRET_PREVIOUS`.
    pub client_secret_previous: Option<SecretText>,
    /// What shops are asked to allow: `SHOPIFY_SCOPES`, separated by commas.
    pub scopes: Scopes,
    /// Calls that this process makes at once: `SHOPIFY_CONCURRENT_CALLS`.
    pub concurrent_calls: NonZeroU32,
}

impl Default for ShopifySettings {
    fn default() -> Self {
        Self {
            base_url: ShopUrl::OWN_HOST,
            api_version: ApiVersion::newest(),
            client_id: None,
            client_secret: None,
            client_secret_previous: None,
            scopes: Scopes::default(),
            concurrent_calls: at_once(64),
        }
    }
}

/// Where Xero answers, and who we are there.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct XeroSettings {
    /// The API: `XERO_API_URL`.
    pub api_url: BaseUrl,
    /// The consent page: `XERO_LOGIN_URL`.
    pub login_url: BaseUrl,
    /// Where tokens are bought, and who signs them: `XERO_IDENTITY_URL`.
    pub identity_url: BaseUrl,
    /// The client id of our app: `XERO_CLIENT_ID`.
    pub client_id: Option<String>,
    /// The client secret of our app: `XERO_CLIENT_SECRET`. Apps of the PKCE type have none.
    pub client_secret: Option<SecretText>,
    /// The secret before the last rotation, tried when the present one is refused: `XERO_CLIENT_SECRET_PREVIOUS`.
    pub client_secret_previous: Option<SecretText>,
    /// What users are asked to allow: `XERO_SCOPES`, separated by spaces or commas, `offline_access` among them.
    pub scopes: Scopes,
    /// Calls that this process makes at once: `XERO_CONCURRENT_CALLS`.
    pub concurrent_calls: NonZeroU32,
}

impl Default for XeroSettings {
    fn default() -> Self {
        Self {
            api_url: built_in("https://api.xero.com"),
            login_url: built_in("https://login.xero.com"),
            identity_url: built_in("https://identity.xero.com"),
            client_id: None,
            client_secret: None,
            client_secret_previous: None,
            scopes: Scopes::default(),
            concurrent_calls: at_once(32),
        }
    }
}

fn built_in(address: &'static str) -> BaseUrl {
    address.parse().expect("a built-in address is good")
}

const fn at_once(calls: u32) -> NonZeroU32 {
    NonZeroU32::new(calls).expect("a built-in number is not nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_settings_is_redacted() {
        let settings: MarketplaceSettings = serde_json::from_str(
            r#"{"amazon":{"client_id":"id","client_secret":"canary-1","client_secret_previous":"canary-2"},
                "shopify":{"client_secret":"canary-3","client_secret_previous":"canary-4"},
                "xero":{"client_secret":"canary-5","client_secret_previous":"canary-6","scopes":"openid,offline_access"}}"#,
        )
        .unwrap();
        let printed = format!("{settings:?}");
        assert!(!printed.contains("canary"), "{printed}");
    }

    #[test]
    fn a_setting_that_does_not_exist_is_refused() {
        for json in [
            r#"{"ebay":{}}"#,
            r#"{"xero":{"apiurl":"https://api.xero.com"}}"#,
        ] {
            assert!(
                serde_json::from_str::<MarketplaceSettings>(json).is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn nothing_set_means_production() {
        let settings: MarketplaceSettings = serde_json::from_str("{}").unwrap();
        assert_eq!(
            settings
                .amazon
                .sp_api_url(AmazonRegion::Europe)
                .join("/x")
                .as_str(),
            "https://sellingpartnerapi-eu.amazon.com/x"
        );
        assert_eq!(settings.shopify.api_version.as_str(), "2026-10");
    }
}
