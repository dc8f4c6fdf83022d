use crate::text::named_enum;

named_enum!(
    /// Where a seller has an account.
    Marketplace, "a marketplace" {
        /// Takealot, South Africa: static API keys.
        Takealot = "takealot",
        /// Amazon Selling Partner API: Login with Amazon tokens, one grant per region.
        Amazon = "amazon",
        /// Shopify Admin API: one grant per shop.
        Shopify = "shopify",
        /// Xero accounting: one grant per user, reaching one or more organisations ("tenants").
        Xero = "xero",
    }
);

impl Marketplace {
    /// The name as people write it.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::Takealot => "Takealot",
            Self::Amazon => "Amazon",
            Self::Shopify => "Shopify",
            Self::Xero => "Xero",
        }
    }
}
