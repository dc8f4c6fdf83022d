//! What the operator decides about signing in to the page.

use chrono::TimeDelta;
use fluxori_domain::SecretText;
use serde::Deserialize;
use url::Url;

use crate::{SettingsError, settings::is_loopback};

/// Longest life of a session, in hours: four weeks.
const LONGEST_HOURS: u16 = 28 * 24;

/// How people sign in to the page. There is a page only where there is one of the two ways.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInSettings {
    /// `PUBLIC_URL`: where browsers reach this server, without a path.
    pub public_url: Url,
    /// `SESSION_HOURS`: how long somebody stays signed in.
    pub session_hours: u16,
    /// `SIGN_IN_LINKS`: whether links that sign in are good here. For development.
    pub links: bool,
    /// `OIDC_…`: the identity provider that people sign in at.
    pub oidc: Option<OidcSettings>,
}

/// The identity provider, by `OpenID` Connect.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// `OIDC_ISSUER`: its name, exactly as it writes it. Its discovery document is below this address.
    pub issuer: String,
    /// `OIDC_CLIENT_ID`: who we are there.
    pub client_id: String,
    /// `OIDC_CLIENT_SECRET`: the proof of it. Public clients have none.
    pub client_secret: Option<SecretText>,
    /// `OIDC_SCOPES`: what to ask for, separated by spaces or commas, `openid` among it.
    pub scopes: String,
}

impl SignInSettings {
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let out_of_range = |setting, rule| Err(SettingsError::OutOfRange { setting, rule });
        if !is_private(&self.public_url) {
            return out_of_range(
                "PUBLIC_URL",
                "an address that begins with https:// (http:// only for a loopback address)",
            );
        }
        if !(1..=LONGEST_HOURS).contains(&self.session_hours) {
            return out_of_range("SESSION_HOURS", "between 1 and 672");
        }
        match &self.oidc {
            Some(oidc) => oidc.check(),
            None => Ok(()),
        }
    }

    /// How long somebody stays signed in.
    pub(crate) fn lifetime(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.session_hours))
    }
}

impl OidcSettings {
    fn check(&self) -> Result<(), SettingsError> {
        let out_of_range = |setting, rule| Err(SettingsError::OutOfRange { setting, rule });
        let is_bare = |url: &Url| url.query().is_none() && url.fragment().is_none();
        if !Url::parse(&self.issuer).is_ok_and(|url| is_private(&url) && is_bare(&url)) {
            return out_of_range(
                "OIDC_ISSUER",
                "an address without query that begins with https:// (http:// only for a loopback address)",
            );
        }
        if self.client_id.is_empty() {
            return out_of_range("OIDC_CLIENT_ID", "the client id that the issuer knows");
        }
        if !self.scopes().any(|scope| scope == "openid") {
            return out_of_range("OIDC_SCOPES", "scopes with `openid` among them");
        }
        Ok(())
    }

    /// One scope after the other.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes
            .split([' ', ','])
            .filter(|scope| !scope.is_empty())
    }
}

/// Whether nobody on the way can read or change what goes to this address.
pub(super) fn is_private(url: &Url) -> bool {
    let is_bare = url.username().is_empty() && url.password().is_none();
    is_bare && (url.scheme() == "https" || url.scheme() == "http" && is_loopback(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SignInSettings {
        SignInSettings {
            public_url: "https://vault.example.com".parse().unwrap(),
            session_hours: 12,
            links: false,
            oidc: Some(OidcSettings {
                issuer: "https://id.example.com/realm".to_owned(),
                client_id: "fluxori".to_owned(),
                client_secret: None,
                scopes: "openid, email".to_owned(),
            }),
        }
    }

    fn refused(change: impl FnOnce(&mut SignInSettings, &mut OidcSettings)) -> String {
        let mut settings = settings();
        let mut oidc = settings.oidc.take().unwrap();
        change(&mut settings, &mut oidc);
        settings.oidc = Some(oidc);
        settings.check().unwrap_err().to_string()
    }

    #[test]
    fn settings_with_which_nobody_could_sign_in_safely_are_refused() {
        settings().check().unwrap();
        for (setting, error) in [
            (
                "PUBLIC_URL",
                refused(|page, _| page.public_url = "http://vault.example.com".parse().unwrap()),
            ),
            ("SESSION_HOURS", refused(|page, _| page.session_hours = 0)),
            ("SESSION_HOURS", refused(|page, _| page.session_hours = 673)),
            (
                "OIDC_ISSUER",
                refused(|_, oidc| oidc.issuer = "http://id.example.com".to_owned()),
            ),
            (
                "OIDC_ISSUER",
                refused(|_, oidc| oidc.issuer = "https://id.example.com?x=1".to_owned()),
            ),
            (
                "OIDC_ISSUER",
                refused(|_, oidc| oidc.issuer = "id.example.com".to_owned()),
            ),
            ("OIDC_CLIENT_ID", refused(|_, oidc| oidc.client_id.clear())),
            (
                "OIDC_SCOPES",
                refused(|_, oidc| oidc.scopes = "email openid2".to_owned()),
            ),
        ] {
            assert!(error.starts_with(&format!("{setting} must be")), "{error}");
        }
    }

    #[test]
    fn scopes_are_separated_by_spaces_or_commas() {
        let scopes = settings().oidc.unwrap();
        assert_eq!(scopes.scopes().collect::<Vec<_>>(), ["openid", "email"]);
    }
}
