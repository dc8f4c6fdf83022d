use std::{collections::BTreeMap, str::FromStr};

use serde::{Deserialize, Deserializer, de};

use super::{BaseUrl, address::deserialize_from_text};
use crate::MarketplaceError;

/// Where Amazon's sellers consent, by country: what an operator sets over what is built in.
///
/// Written as `ZA=https://sellercentral.amazon.co.za,IE=https://…`. `*` is every country.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SellerCentral(BTreeMap<String, BaseUrl>);

impl SellerCentral {
    /// What is set for a country, by its own name or by `*`.
    pub(crate) fn of(&self, country: &str) -> Option<&BaseUrl> {
        self.0.get(country).or_else(|| self.0.get("*"))
    }

    /// All addresses that are set, with their countries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &BaseUrl)> {
        self.0
            .iter()
            .map(|(country, address)| (country.as_str(), address))
    }
}

impl FromStr for SellerCentral {
    type Err = MarketplaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut addresses = BTreeMap::new();
        for pair in text
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
        {
            let (country, address) = pair
                .split_once('=')
                .ok_or(MarketplaceError::SellerCentral)?;
            let country = country.trim().to_ascii_uppercase();
            let is_country = country == "*"
                || (country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()));
            if !is_country || addresses.insert(country, address.parse()?).is_some() {
                return Err(MarketplaceError::SellerCentral);
            }
        }
        Ok(Self(addresses))
    }
}

deserialize_from_text!(SellerCentral);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_goes_before_the_star() {
        let set: SellerCentral = "za=https://za.example, *=http://127.0.0.1:9/sc"
            .parse()
            .unwrap();
        assert_eq!(
            set.of("ZA").unwrap().join("/x").as_str(),
            "https://za.example/x"
        );
        assert_eq!(
            set.of("US").unwrap().join("/x").as_str(),
            "http://127.0.0.1:9/sc/x"
        );
        assert!(SellerCentral::default().of("ZA").is_none());
    }

    #[test]
    fn a_pair_that_is_none_is_refused() {
        for bad in [
            "ZA",
            "ZAF=https://a.example",
            "ZA=http://a.example",
            "ZA=https://a.example,ZA=https://b.example",
        ] {
            assert!(bad.parse::<SellerCentral>().is_err(), "{bad}");
        }
    }
}
