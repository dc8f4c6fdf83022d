use std::{fmt, str::FromStr};

use url::{Host, Url};

use crate::InvalidName;

/// Where a service of Google's answers, or something that behaves like it.
///
/// Plain `http` is taken for this machine only, where emulators run: anywhere else it would send tokens and secrets in the
/// clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Google's own address of a service.
    pub(crate) fn google(host: &'static str) -> Self {
        Self(Url::parse(&format!("https://{host}")).expect("our constants are host names"))
    }

    /// The address of a call: `path` begins with `/` and consists of checked names.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl FromStr for Endpoint {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        const RULE: InvalidName = InvalidName {
            what: "an endpoint: https://host[:port][/path], or http:// on this machine (127.0.0.1, ::1, localhost)",
        };
        let url = Url::parse(text.trim()).map_err(|_| RULE)?;
        let is_allowed = match (url.scheme(), url.host()) {
            ("https", Some(_)) => true,
            ("http", Some(host)) => is_this_machine(&host),
            _ => false,
        };
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if is_allowed && is_bare {
            Ok(Self(url))
        } else {
            Err(RULE)
        }
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => *name == "localhost",
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://secretmanager.googleapis.com", true)]
    #[case("https://gateway.internal:8443/google", true)]
    #[case("http://127.0.0.1:9090", true)]
    #[case("http://[::1]:9090", true)]
    #[case("http://localhost:9090/", true)]
    #[case("http://secretmanager.googleapis.com", false)]
    #[case("http://localhost.evil.example", false)]
    #[case("https://user@host", false)]
    #[case("https://host?x=y", false)]
    #[case("ftp://host", false)]
    #[case("secretmanager.googleapis.com", false)]
    #[case("", false)]
    fn secrets_go_over_tls_or_stay_on_this_machine(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(text.parse::<Endpoint>().is_ok(), valid);
    }

    #[test]
    fn paths_are_joined_below_the_endpoint() {
        for base in ["https://host/base", "https://host/base/"] {
            let endpoint: Endpoint = base.parse().unwrap();
            assert_eq!(
                endpoint.join("/v1/projects/a:b/secrets/c:access").as_str(),
                "https://host/base/v1/projects/a:b/secrets/c:access"
            );
        }
    }
}
