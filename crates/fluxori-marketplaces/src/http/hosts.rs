use fluxori_domain::ShopDomain;
use url::{Origin, Url};

/// Which hosts calls may go to. Everything else is refused before a connection is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostRule {
    /// This scheme, host and port.
    Exactly(Origin),
    /// Any shop's own address, over TLS at the usual port.
    AnyShop,
}

impl HostRule {
    /// Whether a call to `url` may be made.
    pub(crate) fn allows(&self, url: &Url) -> bool {
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        match self {
            Self::Exactly(origin) => url.origin() == *origin,
            Self::AnyShop => {
                url.scheme() == "https"
                    && url.port().is_none()
                    && url
                        .host_str()
                        .is_some_and(|host| ShopDomain::new(host).is_ok())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

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
        let rule = HostRule::Exactly(Url::parse("https://api.xero.com").unwrap().origin());
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
}
