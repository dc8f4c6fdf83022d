use super::keys;

/// Where the simulated marketplaces answer, and who the application is at Amazon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where a browser finds an index of the pages for people. No setting has this name.
    pub index_url: String,
    /// For the setting of the same name.
    pub takealot_marketplace_url: String,
    /// For the setting of the same name.
    pub takealot_seller_url: String,
    /// For the setting of the same name: where sellers find their keys.
    pub takealot_portal_url: String,
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
    /// For the setting `AMAZON_SELLER_CENTRAL`, of every country.
    pub amazon_seller_central_url: String,
    /// For the setting of the same name.
    pub xero_login_url: String,
    /// For the setting of the same name.
    pub xero_identity_url: String,
}

impl Endpoints {
    /// Of the simulated marketplaces at `origin`, such as `http://127.0.0.1:9000`.
    #[must_use]
    pub fn at(origin: &str) -> Self {
        Self {
            index_url: format!("{origin}/"),
            takealot_marketplace_url: format!("{origin}/takealot/marketplace"),
            takealot_seller_url: format!("{origin}/takealot/seller"),
            takealot_portal_url: format!("{origin}/portal/takealot"),
            amazon_lwa_url: format!("{origin}/amazon/lwa"),
            amazon_sp_api_na_url: format!("{origin}/amazon/na"),
            amazon_sp_api_eu_url: format!("{origin}/amazon/eu"),
            amazon_sp_api_fe_url: format!("{origin}/amazon/fe"),
            shopify_base_url: format!("{origin}/shopify/{{shop}}"),
            xero_api_url: format!("{origin}/xero"),
            amazon_seller_central_url: format!("{origin}/amazon/sellercentral"),
            xero_login_url: format!("{origin}/xero/login"),
            xero_identity_url: format!("{origin}/xero/identity"),
        }
    }

    /// The environment that points a server at them.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let seller_central = format!("*={}", self.amazon_seller_central_url);
        [
            (
                "TAKEALOT_MARKETPLACE_URL",
                self.takealot_marketplace_url.as_str(),
            ),
            ("TAKEALOT_SELLER_URL", &self.takealot_seller_url),
            ("TAKEALOT_PORTAL_URL", &self.takealot_portal_url),
            ("AMAZON_LWA_URL", &self.amazon_lwa_url),
            ("AMAZON_SP_API_NA_URL", &self.amazon_sp_api_na_url),
            ("AMAZON_SP_API_EU_URL", &self.amazon_sp_api_eu_url),
            ("AMAZON_SP_API_FE_URL", &self.amazon_sp_api_fe_url),
            ("AMAZON_SELLER_CENTRAL", &seller_central),
            ("AMAZON_APPLICATION_ID", keys::AMAZON_APPLICATION_ID),
            ("AMAZON_DRAFT_APPLICATION", "true"),
            ("AMAZON_CLIENT_ID", keys::AMAZON_CLIENT_ID),
            ("AMAZON_CLIENT_SECRET", keys::AMAZON_CLIENT_SECRET),
            ("SHOPIFY_BASE_URL", &self.shopify_base_url),
            ("SHOPIFY_CLIENT_ID", keys::SHOPIFY_CLIENT_ID),
            ("SHOPIFY_CLIENT_SECRET", keys::SHOPIFY_CLIENT_SECRET),
            ("SHOPIFY_SCOPES", keys::SHOPIFY_SCOPES),
            ("XERO_API_URL", &self.xero_api_url),
            ("XERO_LOGIN_URL", &self.xero_login_url),
            ("XERO_IDENTITY_URL", &self.xero_identity_url),
            ("XERO_CLIENT_ID", keys::XERO_CLIENT_ID),
            ("XERO_CLIENT_SECRET", keys::XERO_CLIENT_SECRET),
            ("XERO_SCOPES", keys::XERO_SCOPES),
            ("NO_PROXY", "127.0.0.1"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }
}
