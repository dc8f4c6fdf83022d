use url::Url;

use super::{ConsentSection, SettingsError, SignInSection};

impl SignInSection {
    /// Whether anybody can sign in to the page: without a way in it is off.
    #[must_use]
    pub const fn page_is_on(&self) -> bool {
        self.oidc_issuer.is_some() || self.sign_in_links
    }

    /// The address of the page, where it is on.
    #[must_use]
    pub fn page_address<'a>(&self, consent: &'a ConsentSection) -> Option<&'a Url> {
        consent.public_url.as_ref().filter(|_| self.page_is_on())
    }

    /// Refuses half a way in.
    pub(super) fn check(&self, consent: &ConsentSection) -> Result<(), SettingsError> {
        let incomplete = |name, missing| Err(SettingsError::Incomplete { name, missing });
        match (&self.oidc_issuer, &self.oidc_client_id) {
            (Some(_), None) => return incomplete("OIDC_ISSUER", "OIDC_CLIENT_ID"),
            (None, Some(_)) => return incomplete("OIDC_CLIENT_ID", "OIDC_ISSUER"),
            (Some(_), Some(_)) | (None, None) => {}
        }
        if self.page_is_on() && consent.public_url.is_none() {
            let name = match self.oidc_issuer {
                Some(_) => "OIDC_ISSUER",
                None => "SIGN_IN_LINKS",
            };
            return incomplete(name, "PUBLIC_URL");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::settings::Values;

    fn load(pairs: &[(&str, &str)]) -> Result<Option<String>, String> {
        let environment: BTreeMap<_, _> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let values = Values::read(&environment, None).unwrap();
        let consent = ConsentSection::load(&values).unwrap();
        let sign_in = SignInSection::load(&values).unwrap();
        sign_in.check(&consent).map_err(|error| error.to_string())?;
        Ok(sign_in.page_address(&consent).map(Url::to_string))
    }

    #[test]
    fn the_page_is_on_when_there_is_a_way_in() {
        const ISSUER: (&str, &str) = ("OIDC_ISSUER", "https://id.example.com");
        const CLIENT: (&str, &str) = ("OIDC_CLIENT_ID", "fluxori");
        const LINKS: (&str, &str) = ("SIGN_IN_LINKS", "true");
        const PUBLIC: (&str, &str) = ("PUBLIC_URL", "https://vault.example.com");
        let on = Ok(Some("https://vault.example.com/".to_owned()));
        assert_eq!(load(&[PUBLIC, ISSUER, CLIENT]), on);
        assert_eq!(load(&[PUBLIC, LINKS]), on);
        assert_eq!(load(&[PUBLIC]), Ok(None));
        assert_eq!(load(&[]), Ok(None));
        for (half, error) in [
            (
                &[PUBLIC, ISSUER][..],
                "OIDC_ISSUER needs OIDC_CLIENT_ID too",
            ),
            (&[PUBLIC, CLIENT], "OIDC_CLIENT_ID needs OIDC_ISSUER too"),
            (&[ISSUER, CLIENT], "OIDC_ISSUER needs PUBLIC_URL too"),
            (&[LINKS], "SIGN_IN_LINKS needs PUBLIC_URL too"),
        ] {
            assert_eq!(load(half), Err(error.to_owned()));
        }
    }
}
