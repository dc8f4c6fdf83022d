//! The requests that connect the simulated marketplaces, as files to send.

use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::{Environment, write_private};

/// How one of the marketplaces is connected.
struct Marketplace {
    name: &'static str,
    auth_type: &'static str,
    /// The field of the form that takes the key.
    key_field: &'static str,
    /// The other fields, and what the simulated marketplace calls their values.
    other_fields: &'static [(&'static str, &'static str)],
    /// Fields whose values are the same everywhere.
    fixed_fields: &'static [(&'static str, &'static str)],
}

const MARKETPLACES: &[Marketplace] = &[
    Marketplace {
        name: "takealot",
        auth_type: "api_key",
        key_field: "apiKey",
        other_fields: &[],
        fixed_fields: &[],
    },
    Marketplace {
        name: "amazon",
        auth_type: "self_authorised",
        key_field: "refreshToken",
        other_fields: &[("sellingPartnerId", "DEMO_AMAZON_SELLING_PARTNER_ID")],
        fixed_fields: &[("region", "eu")],
    },
    Marketplace {
        name: "shopify",
        auth_type: "custom_app_token",
        key_field: "accessToken",
        other_fields: &[("shop", "DEMO_SHOPIFY_SHOP")],
        fixed_fields: &[],
    },
    Marketplace {
        name: "xero",
        auth_type: "oauth",
        key_field: "accessToken",
        other_fields: &[("refreshToken", "DEMO_XERO_REFRESH")],
        fixed_fields: &[],
    },
];

impl Marketplace {
    /// The request that connects it with its `good`, `refused` or `throttled` key.
    fn request(&self, key: &str, keys: &Environment) -> Result<Value> {
        let name = format!("DEMO_{}_{key}", self.name).to_uppercase();
        let mut credentials = Map::new();
        credentials.insert(self.key_field.into(), keys.value(&name)?.into());
        for (field, name) in self.other_fields {
            credentials.insert((*field).into(), keys.value(name)?.into());
        }
        for (field, value) in self.fixed_fields {
            credentials.insert((*field).into(), (*value).into());
        }
        Ok(json!({
            "marketplace": self.name,
            "authType": self.auth_type,
            "label": format!("Demo: {key}"),
            "credentials": credentials,
        }))
    }
}

/// A marketplace, and the file in the folder with the request that connects it with the key that works.
pub(crate) struct Offer {
    pub(crate) marketplace: &'static str,
    pub(crate) file: String,
}

/// Writes one request for each marketplace and each behaviour of its key.
pub(crate) fn write_offers(folder: &Path, keys: &Environment) -> Result<Vec<Offer>> {
    MARKETPLACES
        .iter()
        .map(|marketplace| {
            let file = |key: &str| format!("{}-{key}.json", marketplace.name);
            for key in ["refused", "throttled", "good"] {
                let body = marketplace.request(key, keys)?;
                write_private(&folder.join(file(key)), &format!("{body:#}\n"))?;
            }
            Ok(Offer {
                marketplace: marketplace.name,
                file: file("good"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Environment {
        let mut keys = Environment::default();
        for marketplace in MARKETPLACES {
            for key in ["GOOD", "REFUSED", "THROTTLED"] {
                let name = marketplace.name.to_uppercase();
                keys.set(&format!("DEMO_{name}_{key}"), format!("{name}-{key}"));
            }
        }
        keys.set("DEMO_AMAZON_SELLING_PARTNER_ID", "A1");
        keys.set("DEMO_SHOPIFY_SHOP", "a.myshopify.com");
        keys.set("DEMO_XERO_REFRESH", "refresh");
        keys
    }

    #[test]
    fn every_marketplace_gets_a_request_for_each_behaviour() {
        let folder = tempfile::tempdir().unwrap();
        let offers = write_offers(folder.path(), &keys()).unwrap();
        assert_eq!(offers.len(), 4);
        assert_eq!(offers[2].file, "shopify-good.json");
        let written = std::fs::read_to_string(folder.path().join("shopify-refused.json")).unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            serde_json::json!({
                "marketplace": "shopify",
                "authType": "custom_app_token",
                "label": "Demo: refused",
                "credentials": { "accessToken": "SHOPIFY-REFUSED", "shop": "a.myshopify.com" },
            })
        );
    }

    #[test]
    fn a_key_that_the_simulator_does_not_tell_is_an_error_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_offers(folder.path(), &Environment::default())
            .err()
            .unwrap();
        assert!(error.to_string().contains("DEMO_TAKEALOT_"), "{error}");
    }
}
