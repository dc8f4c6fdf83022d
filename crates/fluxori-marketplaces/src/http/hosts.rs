use fluxori_domain::ShopDomain;
use url::{Origin, Url};

/// Which hosts calls may go to. Everything else is refused before a connection is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostRule {
    /// What lies below an address: several hosts may be simulated, or reached through a proxy, at one.
    Exactly(Below),
    /// Any shop's own address, over TLS at the usual port.
    AnyShop,
    /// Every shop below an address.
    ShopsBelow(Below),
}

/// A scheme, host and port, and the beginning of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Below {
    origin: Origin,
    /// Without a slash at its end.
    path: String,
}

impl Below {
    /// What lies below `base`.
    pub(crate) fn of(base: &Url) -> Self {
        Self {
            origin: base.origin(),
            path: base.path().trim_end_matches('/').to_owned(),
        }
    }

    /// The path from here to `url`, beginning with a slash; `None` when it lies elsewhere.
    fn path_to<'a>(&self, url: &'a Url) -> Option<&'a str> {
        let path = url.path().strip_prefix(&self.path)?;
        (url.origin() == self.origin && path.starts_with('/')).then_some(path)
    }
}

impl HostRule {
    /// Whether a call to `url` may be made.
    pub(crate) fn allows(&self, url: &Url) -> bool {
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        match self {
            Self::Exactly(below) | Self::ShopsBelow(below) => below.path_to(url).is_some(),
            Self::AnyShop => {
                url.scheme() == "https"
                    && url.port().is_none()
                    && url
                        .host_str()
                        .is_some_and(|host| ShopDomain::new(host).is_ok())
            }
        }
    }

    /// Whether it stands for the hosts of all shops.
    pub(super) const fn is_of_shops(&self) -> bool {
        match self {
            Self::AnyShop | Self::ShopsBelow(_) => true,
            Self::Exactly(_) => false,
        }
    }

    /// Whose host an allowed `url` is, where it is a shop's.
    pub(super) fn shop<'a>(&self, url: &'a Url) -> Option<&'a str> {
        match self {
            Self::Exactly(_) => None,
            Self::AnyShop => url.host_str(),
            Self::ShopsBelow(below) => below.path_to(url)?.split('/').nth(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn below(base: &str) -> Below {
        Below::of(&Url::parse(base).unwrap())
    }

    #[rstest]
    #[case("https://api.xero.com/connections", true)]
    #[case("https://api.xero.com:443/x", true)]
    #[case("http://api.xero.com/", false)]
    #[case("https://api.xero.com:8443/", false)]
    #[case("https://api.xero.com.evil.example/", false)]
    #[case("https://evil.example/api.xero.com", false)]
    #[case("https://api.xero.com@evil.example/", false)]
    #[case("https://user@api.xero.com/", false)]
    fn only_the_configured_origin_is_called(#[case] url: &str, #[case] allowed: bool) {
        let rule = HostRule::Exactly(below("https://api.xero.com"));
        assert_eq!(rule.allows(&Url::parse(url).unwrap()), allowed);
    }

    #[rstest]
    #[case("https://a.myshopify.com/admin", true)]
    #[case("http://a.myshopify.com/admin", false)]
    #[case("https://a.myshopify.com:444/admin", false)]
    #[case("https://a.b.myshopify.com/", false)]
    #[case("https://169.254.169.254/", false)]
    #[case("https://myshopify.com/", false)]
    #[case("https://a.myshopify.com.evil.example/", false)]
    fn only_shops_are_called(#[case] url: &str, #[case] allowed: bool) {
        assert_eq!(HostRule::AnyShop.allows(&Url::parse(url).unwrap()), allowed);
    }

    #[rstest]
    #[case("http://127.0.0.1:9100/xero", true)]
    #[case("http://127.0.0.1:9100/xero/", true)]
    #[case("http://127.0.0.1:9100", true)]
    #[case("http://127.0.0.1:9100/xer", false)]
    #[case("http://127.0.0.1:9100/xero/identity", false)]
    #[case("http://127.0.0.1:9200/xero", false)]
    fn several_hosts_may_be_simulated_at_one(#[case] base: &str, #[case] allowed: bool) {
        let rule = HostRule::Exactly(below(base));
        let url = Url::parse("http://127.0.0.1:9100/xero/connections").unwrap();
        assert_eq!(rule.allows(&url), allowed);
    }

    #[rstest]
    #[case(
        HostRule::AnyShop,
        "https://a.myshopify.com/admin/x",
        Some("a.myshopify.com")
    )]
    #[case(
        HostRule::ShopsBelow(below("http://127.0.0.1:9100/shopify")),
        "http://127.0.0.1:9100/shopify/a.myshopify.com/admin/x",
        Some("a.myshopify.com")
    )]
    #[case(
        HostRule::Exactly(below("https://api.xero.com")),
        "https://api.xero.com/connections",
        None
    )]
    fn a_shop_is_known_by_its_address(
        #[case] rule: HostRule,
        #[case] url: &str,
        #[case] shop: Option<&str>,
    ) {
        let url = Url::parse(url).unwrap();
        assert!(rule.allows(&url));
        assert_eq!(rule.shop(&url), shop);
    }
}
