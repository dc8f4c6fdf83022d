//! Authorisation codes: good once, for the one who asked, for a few minutes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::digest;

use super::{
    Provider,
    grant::Organisation,
    store::{Grants, NewGrant, Tokens},
    values,
};

/// How long a code works at Amazon. Shopify and Xero do not publish it.
const CODE_LIFE: TimeDelta = TimeDelta::minutes(5);

/// A code to be made.
#[derive(Debug, Clone)]
pub(in super::super) struct NewCode {
    pub(in super::super) provider: Provider,
    pub(in super::super) account: String,
    pub(in super::super) client_id: String,
    pub(in super::super) redirect_uri: String,
    pub(in super::super) scope: String,
    /// Of PKCE, method S256.
    pub(in super::super) challenge: Option<String>,
    /// What the user chose at Xero: identifier and name of each organisation.
    pub(in super::super) organisations: Vec<(String, String)>,
}

#[derive(Debug)]
pub(super) struct PendingCode {
    new: NewCode,
    expires_at: DateTime<Utc>,
}

/// Who redeems a code, and with what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Redemption<'a> {
    pub(super) provider: Provider,
    pub(super) client_id: &'a str,
    pub(super) code: &'a str,
    /// `None` where the marketplace does not ask for it again.
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) verifier: Option<&'a str>,
    pub(super) shop: Option<&'a str>,
    /// Whether tokens that expire are wanted.
    pub(super) is_expiring: bool,
}

impl Grants {
    /// Makes a code for what a person agreed to.
    pub(in super::super) fn make_code(&mut self, new: NewCode, now: DateTime<Utc>) -> String {
        let code = values::make_code(new.provider);
        let expires_at = now + CODE_LIFE;
        self.codes
            .insert(code.clone(), PendingCode { new, expires_at });
        code
    }

    /// Redeems a code. Whatever comes of it, the code is used up.
    pub(super) fn redeem(&mut self, with: Redemption<'_>, now: DateTime<Utc>) -> Option<Tokens> {
        let PendingCode { new, expires_at } = self.codes.remove(with.code)?;
        let fits = new.provider == with.provider
            && new.client_id == with.client_id
            && with
                .redirect_uri
                .is_none_or(|address| address == new.redirect_uri)
            && with.shop.is_none_or(|shop| shop == new.account)
            && fits_challenge(new.challenge.as_deref(), with.verifier)
            && now < expires_at;
        if !fits {
            return None;
        }
        let auth_event = values::make_uuid().to_string();
        self.connect(&new.account, &new.organisations, &auth_event, now);
        let grant = NewGrant {
            provider: new.provider,
            account: new.account,
            client_id: new.client_id,
            scope: new.scope,
            auth_event,
            is_expiring: with.is_expiring,
        };
        Some(self.issue(grant, now))
    }

    /// Adds organisations to what a Xero user connected, or renews them.
    pub(super) fn connect(
        &mut self,
        user: &str,
        organisations: &[(String, String)],
        auth_event: &str,
        now: DateTime<Utc>,
    ) {
        if organisations.is_empty() {
            return;
        }
        let connected = self.organisations.entry(user.to_owned()).or_default();
        for (tenant, name) in organisations {
            if let Some(known) = connected.iter_mut().find(|one| one.tenant == *tenant) {
                auth_event.clone_into(&mut known.auth_event);
            } else {
                connected.push(Organisation {
                    id: values::make_uuid().to_string(),
                    auth_event: auth_event.to_owned(),
                    tenant: tenant.clone(),
                    name: name.clone(),
                    connected_at: now,
                });
            }
        }
    }
}

/// RFC 7636, S256: nothing was asked and nothing is shown, or what is shown hashes to what was asked.
pub(crate) fn fits_challenge(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
            URL_SAFE_NO_PAD.encode(digest) == challenge
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_fits_the_challenge_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(fits_challenge(Some(challenge), Some(verifier)));
        assert!(fits_challenge(None, None));
        for (challenge, verifier) in [
            (Some(challenge), Some("another")),
            (Some(challenge), None),
            (None, Some(verifier)),
        ] {
            assert!(!fits_challenge(challenge, verifier));
        }
    }
}
