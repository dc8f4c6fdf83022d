use std::{fmt, str::FromStr};

use fluxori_domain::ShopDomain;
use serde::{Deserialize, Deserializer, de};
use url::{Host, Url};

use crate::{
    MarketplaceError,
    http::{Below, HostRule},
};

/// Where a marketplace answers: `https://host[:port][/path]`.
///
/// Plain `http` is taken for this machine only, where simulators run: anywhere else it would send secrets in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The address of a call: `path` begins with `/` and comes from this crate, not from a caller.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// The only place that calls below this address go to.
    pub(crate) fn host_rule(&self) -> HostRule {
        HostRule::Exactly(Below::of(&self.0))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for BaseUrl {
    type Err = MarketplaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |rule| Err(MarketplaceError::Address { rule });
        let Ok(url) = Url::parse(text.trim()) else {
            return refuse("be an absolute URL such as https://host/path");
        };
        if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
            return refuse("begin with https://");
        }
        if url.scheme() == "http" && !is_this_machine(&url) {
            return refuse(
                "begin with https:// unless it is on this machine (127.0.0.1, ::1, localhost)",
            );
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("have no user name or password in it");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("have no query and no fragment");
        }
        Ok(Self(url))
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Where shops answer, with `{shop}` standing for the shop's domain.
///
/// `https://{shop}` is every shop at its own address. A simulator has one address for all: `http://127.0.0.1:9100/{shop}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopUrl(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// The shop is the host.
    OwnHost,
    /// The shop is the last part of the path below this address.
    Below(BaseUrl),
}

impl ShopUrl {
    /// Every shop at its own address, over TLS.
    pub(crate) const OWN_HOST: Self = Self(Place::OwnHost);

    /// The address of a call to `shop`.
    pub(crate) fn join(&self, shop: &ShopDomain, path: &str) -> Url {
        match &self.0 {
            Place::OwnHost => {
                Url::parse(&format!("https://{shop}{path}")).expect("a shop domain is a host name")
            }
            Place::Below(base) => base.join(&format!("/{shop}{path}")),
        }
    }

    /// The only hosts that calls to shops go to.
    pub(crate) fn host_rule(&self) -> HostRule {
        match &self.0 {
            Place::OwnHost => HostRule::AnyShop,
            Place::Below(base) => HostRule::ShopsBelow(Below::of(&base.0)),
        }
    }
}

impl FromStr for ShopUrl {
    type Err = MarketplaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().trim_end_matches('/');
        if text == "https://{shop}" {
            return Ok(Self::OWN_HOST);
        }
        match text.strip_suffix("/{shop}") {
            Some(base) if !base.contains(['{', '}']) => Ok(Self(Place::Below(base.parse()?))),
            _ => Err(MarketplaceError::Address {
                rule: "be https://{shop}, or an address that ends in /{shop}",
            }),
        }
    }
}

/// Reads a checked type from a text.
macro_rules! deserialize_from_text {
    ($($name:ident),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}
pub(super) use deserialize_from_text;
deserialize_from_text!(BaseUrl, ShopUrl, ApiVersion);

/// A version of Shopify's Admin API: a quarter, such as `2026-10`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiVersion(String);

impl ApiVersion {
    /// The newest stable version when this was written.
    pub(crate) fn newest() -> Self {
        Self("2026-10".to_owned())
    }

    /// The version as it stands in an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApiVersion {
    type Err = MarketplaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, month) = text.split_once('-').ok_or(MarketplaceError::ApiVersion)?;
        let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        if is_year && matches!(month, "01" | "04" | "07" | "10") {
            Ok(Self(text.to_owned()))
        } else {
            Err(MarketplaceError::ApiVersion)
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://api.xero.com", "https://api.xero.com/connections")]
    #[case("https://api.xero.com/", "https://api.xero.com/connections")]
    #[case(
        " https://proxy.example:8443/xero/ ",
        "https://proxy.example:8443/xero/connections"
    )]
    #[case("http://127.0.0.1:9100/xero", "http://127.0.0.1:9100/xero/connections")]
    #[case("http://[::1]:9100", "http://[::1]:9100/connections")]
    fn a_path_is_added_below_the_base(#[case] base: &str, #[case] joined: &str) {
        let base: BaseUrl = base.parse().unwrap();
        assert_eq!(base.join("/connections").as_str(), joined);
    }

    #[rstest]
    #[case("")]
    #[case("api.xero.com")]
    #[case("ftp://api.xero.com")]
    #[case("http://api.xero.com")]
    #[case("http://127.0.0.1.evil.example")]
    #[case("https://user@api.xero.com")]
    #[case("https://user:canary@api.xero.com")]
    #[case("https://api.xero.com/?x=1")]
    #[case("https://api.xero.com/#x")]
    fn an_address_that_would_leak_or_confuse_is_refused_without_quoting_it(#[case] base: &str) {
        let error = base.parse::<BaseUrl>().unwrap_err().to_string();
        assert!(!error.contains("canary"), "{error}");
    }

    #[test]
    fn a_shop_is_the_host_or_the_last_part_of_the_path() {
        let shop = ShopDomain::new("a.myshopify.com").unwrap();
        let own: ShopUrl = "https://{shop}".parse().unwrap();
        assert_eq!(own.join(&shop, "/x").as_str(), "https://a.myshopify.com/x");
        let below: ShopUrl = "http://127.0.0.1:9100/shopify/{shop}".parse().unwrap();
        assert_eq!(
            below.join(&shop, "/x").as_str(),
            "http://127.0.0.1:9100/shopify/a.myshopify.com/x"
        );
    }

    #[rstest]
    #[case("https://{shop}.evil.example")]
    #[case("http://{shop}")]
    #[case("https://host/{shop}/{shop}")]
    #[case("https://host")]
    fn a_template_that_hides_the_shop_is_refused(#[case] template: &str) {
        assert!(template.parse::<ShopUrl>().is_err());
    }

    #[rstest]
    #[case("2026-10", true)]
    #[case("2027-01", true)]
    #[case("2026-11", false)]
    #[case("26-10", false)]
    #[case("2026-10/../x", false)]
    #[case("unstable", false)]
    fn a_version_is_a_quarter(#[case] text: &str, #[case] good: bool) {
        assert_eq!(text.parse::<ApiVersion>().is_ok(), good);
    }
}
