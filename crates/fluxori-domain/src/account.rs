//! What we know of a seller's account that is not secret. Nothing personal is kept.

use serde::{Deserialize, Serialize};

use crate::{
    InvalidText, Marketplace,
    text::{check_printable, checked_text, named_enum},
};

checked_text!(
    /// The marketplace's own name for an account, pinned at the first successful test.
    ///
    /// Takealot: seller id. Amazon: `{region}:{selling partner id}`. Shopify: shop domain. Xero: tenant id.
    AccountId,
    |text| check_printable("an account id", text, 1, 200)
);

checked_text!(
    /// A shop's permanent address, `{name}.myshopify.com` in lower case.
    ///
    /// The whole text must match: it becomes part of the host we connect to, so this rule is also what keeps
    /// a caller from sending us elsewhere.
    ShopDomain,
    |text| {
        const SUFFIX: &str = ".myshopify.com";
        let valid = text.strip_suffix(SUFFIX).is_some_and(|name| {
            let bytes = name.as_bytes();
            (1..=60).contains(&bytes.len())
                && bytes[0] != b'-'
                && bytes.iter().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-'
                })
        });
        if valid {
            Ok(())
        } else {
            Err(InvalidText::Alphabet {
                what: "a shop",
                rule: "look like my-shop.myshopify.com: letters, digits and hyphens before .myshopify.com",
            })
        }
    }
);

named_enum!(
    /// Which of Takealot's two interfaces a key is used with.
    TakealotSurface, "an interface of Takealot" {
        /// The current Marketplace API, `marketplace-api.takealot.com`.
        Marketplace = "marketplace",
        /// The older Seller API, `seller-api.takealot.com`.
        Seller = "seller",
    }
);

named_enum!(
    /// An Amazon region: one grant covers all marketplaces of a region.
    AmazonRegion, "a region of Amazon" {
        /// North America: Canada, United States, Mexico, Brazil.
        NorthAmerica = "na",
        /// Europe, Middle East, Africa and India, South Africa and the Emirates included.
        Europe = "eu",
        /// Far East: Singapore, Australia, Japan.
        FarEast = "fe",
    }
);

/// What is known of an account, by marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "marketplace", rename_all = "snake_case")]
pub enum AccountDetails {
    /// A Takealot seller.
    Takealot(TakealotDetails),
    /// An Amazon selling partner in one region.
    Amazon(AmazonDetails),
    /// A Shopify shop.
    Shopify(ShopifyDetails),
    /// A Xero organisation.
    Xero(XeroDetails),
}

impl AccountDetails {
    /// Which marketplace the details are of.
    #[must_use]
    pub const fn marketplace(&self) -> Marketplace {
        match self {
            Self::Takealot(_) => Marketplace::Takealot,
            Self::Amazon(_) => Marketplace::Amazon,
            Self::Shopify(_) => Marketplace::Shopify,
            Self::Xero(_) => Marketplace::Xero,
        }
    }
}

/// A Takealot seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TakealotDetails {
    /// The interface that the key is used with.
    pub api_surface: TakealotSurface,
    /// `seller_id` as the Marketplace API reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<i64>,
    /// Countries the seller trades in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
}

/// An Amazon selling partner in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AmazonDetails {
    /// The region that the grant is for.
    pub region: AmazonRegion,
    /// The seller's merchant token. A claim: Amazon's answers do not repeat it.
    pub selling_partner_id: String,
    /// Marketplaces that the seller takes part in, as reported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marketplace_ids: Vec<String>,
    /// Countries of those marketplaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
}

/// A Shopify shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShopifyDetails {
    /// The permanent address.
    pub shop: ShopDomain,
    /// The global id of the shop, `gid://shopify/Shop/…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop_gid: Option<String>,
    /// ISO 4217 code of the shop's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// IANA name of the shop's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Scopes that the token was granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

/// A Xero organisation ("tenant").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct XeroDetails {
    /// Goes into `Xero-Tenant-Id`. Absent until the first test when the seller did not name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<uuid::Uuid>,
    /// Xero's id of the link between our application and the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<uuid::Uuid>,
    /// `ORGANISATION`, `PRACTICE` and others; unknown values are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_type: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_shop_address_is_a_shop() {
        for good in [
            "a.myshopify.com",
            "my-shop-2.myshopify.com",
            "0.myshopify.com",
        ] {
            assert!(ShopDomain::new(good).is_ok(), "{good}");
        }
        let too_long = format!("{}.myshopify.com", "a".repeat(61));
        for bad in [
            "",
            ".myshopify.com",
            "-a.myshopify.com",
            "My-Shop.myshopify.com",
            "myshopify.com",
            "a.b.myshopify.com",
            "a.myshopify.com.evil.example",
            "a.myshopify.com\n",
            "a.myshopify.com:443",
            "a.myshopify.com/../x",
            "../a.myshopify.com",
            "evil.example/.myshopify.com",
            "evil@a.myshopify.com",
            "shоp.myshopify.com", // Cyrillic о
            "a.myshopify.co",
            too_long.as_str(),
        ] {
            assert!(ShopDomain::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn details_are_tagged_with_their_marketplace() {
        let details = AccountDetails::Shopify(ShopifyDetails {
            shop: ShopDomain::new("a.myshopify.com").unwrap(),
            shop_gid: None,
            currency: None,
            timezone: None,
            scopes: vec![],
        });
        let json = serde_json::to_string(&details).unwrap();
        assert_eq!(
            json,
            r#"{"marketplace":"shopify","shop":"a.myshopify.com"}"#
        );
        assert_eq!(
            serde_json::from_str::<AccountDetails>(&json).unwrap(),
            details
        );
        assert!(
            serde_json::from_str::<AccountDetails>(&json.replace("a.my", "a@b.my")).is_err(),
            "a bad shop in the database must not become an address"
        );
    }
}
