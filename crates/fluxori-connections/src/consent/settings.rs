use fluxori_domain::Marketplace;
use url::Url;

use crate::ConnectionError;

/// Where consents come back to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsentSettings {
    /// Where sellers' browsers reach this server, without a path.
    pub public_url: Option<Url>,
    /// Pages that a browser may be sent to afterwards. A page whose address begins with one of them, up to a `/`, `?` or its
    /// end, is allowed too. The first is where browsers go when nobody knows where they came from.
    pub return_addresses: Vec<Url>,
}

impl ConsentSettings {
    /// The address that is registered at the marketplace.
    pub(super) fn callback_url(&self, marketplace: Marketplace) -> Result<String, ConnectionError> {
        let mut missing = Vec::new();
        if self.public_url.is_none() {
            missing.push("PUBLIC_URL");
        }
        if self.return_addresses.is_empty() {
            missing.push("RETURN_ADDRESSES");
        }
        match &self.public_url {
            Some(url) if missing.is_empty() => {
                let base = url.as_str().trim_end_matches('/');
                Ok(format!("{base}/api/oauth/{marketplace}/callback"))
            }
            _ => Err(ConnectionError::NotConfigured {
                marketplace,
                missing,
            }),
        }
    }

    /// The address to return to, if it is one of ours; the first one when the caller does not say.
    pub(super) fn return_to(&self, wanted: Option<&str>) -> Result<String, ConnectionError> {
        let Some(wanted) = wanted else {
            return Ok(self.fallback().unwrap_or_default());
        };
        let wanted = Url::parse(wanted).map_err(|_| ConnectionError::ReturnAddress)?;
        let allowed = self
            .return_addresses
            .iter()
            .any(|allowed| is_below(allowed, &wanted));
        if allowed {
            Ok(wanted.into())
        } else {
            Err(ConnectionError::ReturnAddress)
        }
    }

    /// Where browsers go when nobody knows where they came from.
    #[must_use]
    pub fn fallback(&self) -> Option<String> {
        self.return_addresses.first().map(ToString::to_string)
    }
}

fn is_below(allowed: &Url, wanted: &Url) -> bool {
    let same_place = allowed.origin() == wanted.origin() && allowed.scheme() == wanted.scheme();
    let bare = wanted.username().is_empty() && wanted.password().is_none();
    let below = wanted
        .path()
        .strip_prefix(allowed.path().trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    same_place && bare && below && wanted.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn settings() -> ConsentSettings {
        ConsentSettings {
            public_url: Some("https://vault.example.com".parse().unwrap()),
            return_addresses: vec!["https://app.example.com/integrations".parse().unwrap()],
        }
    }

    #[rstest]
    #[case("https://app.example.com/integrations")]
    #[case("https://app.example.com/integrations/")]
    #[case("https://app.example.com/integrations/xero?tab=2")]
    fn pages_below_an_allowed_one_are_allowed(#[case] address: &str) {
        assert_eq!(settings().return_to(Some(address)).unwrap(), address);
    }

    #[rstest]
    #[case("https://app.example.com/")]
    #[case("https://app.example.com/integrations-evil")]
    #[case("https://app.example.com/integrations/../admin")]
    #[case("http://app.example.com/integrations")]
    #[case("https://app.example.com:8443/integrations")]
    #[case("https://app.example.com.evil.example/integrations")]
    #[case("https://app.example.com@evil.example/integrations")]
    #[case("https://user@app.example.com/integrations")]
    #[case("https://app.example.com/integrations#x")]
    #[case("//app.example.com/integrations")]
    #[case("/integrations")]
    #[case("javascript:alert(1)")]
    #[case("")]
    fn other_addresses_are_refused(#[case] address: &str) {
        assert!(matches!(
            settings().return_to(Some(address)),
            Err(ConnectionError::ReturnAddress)
        ));
    }

    #[test]
    fn what_is_missing_is_named() {
        let Err(ConnectionError::NotConfigured { missing, .. }) =
            ConsentSettings::default().callback_url(Marketplace::Xero)
        else {
            panic!("there is nowhere to come back to")
        };
        assert_eq!(missing, ["PUBLIC_URL", "RETURN_ADDRESSES"]);
        assert_eq!(
            settings().callback_url(Marketplace::Xero).unwrap(),
            "https://vault.example.com/api/oauth/xero/callback"
        );
    }
}
