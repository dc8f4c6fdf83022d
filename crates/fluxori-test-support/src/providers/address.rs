use super::keys;

/// Where the simulated marketplaces answer, and who the application is at Amazon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// For the setting of the same name.
    pub takealot_marketplace_url: String,
    /// For the setting of the same name.
    pub takealot_seller_url: String,
    /// For the setting of the same name.
    pub amazon_lwa_url: String,
    /// For the setting of the same name.
    pub amazon_sp_api_na_url: String,
    /// For the setting of the same name.
    pub amazon_sp_api_eu_url: String,
    /// For the setting of the same name.
    pub amazon_sp_api_fe_url: String,
    /// For the setting of the same name, with `{shop}` in it.
    pub shopify_base_url: String,
    /// For the setting of the same name.
    pub xero_api_url: String,
}

impl Endpoints {
    pub(super) fn at(origin: &str) -> Self {
        Self {
            takealot_marketplace_url: format!("{origin}/takealot/marketplace"),
            takealot_seller_url: format!("{origin}/takealot/seller"),
            amazon_lwa_url: format!("{origin}/amazon/lwa"),
            amazon_sp_api_na_url: format!("{origin}/amazon/na"),
            amazon_sp_api_eu_url: format!("{origin}/amazon/eu"),
            amazon_sp_api_fe_url: format!("{origin}/amazon/fe"),
            shopify_base_url: format!("{origin}/shopify/{{shop}}"),
            xero_api_url: format!("{origin}/xero"),
        }
    }

    /// The environment that points a server at them.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "TAKEALOT_MARKETPLACE_URL",
                self.takealot_marketplace_url.clone(),
            ),
            ("TAKEALOT_SELLER_URL", self.takealot_seller_url.clone()),
            ("AMAZON_LWA_URL", self.amazon_lwa_url.clone()),
            ("AMAZON_SP_API_NA_URL", self.amazon_sp_api_na_url.clone()),
            ("AMAZON_SP_API_EU_URL", self.amazon_sp_api_eu_url.clone()),
            ("AMAZON_SP_API_FE_URL", self.amazon_sp_api_fe_url.clone()),
            ("AMAZON_CLIENT_ID", keys::AMAZON_CLIENT_ID.to_owned()),
            (
                "AMAZON_CLIENT_SECRET",
                keys::AMAZON_CLIENT_SECRET.to_owned(),
            ),
            ("SHOPIFY_BASE_URL", self.shopify_base_url.clone()),
            ("XERO_API_URL", self.xero_api_url.clone()),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ]
    }
}
