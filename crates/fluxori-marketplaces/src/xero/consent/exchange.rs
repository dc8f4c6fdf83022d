use fluxori_domain::{
    Clocks, Outcome, OutcomeClass, SecretText,
    ports::{Consent, ExchangeReport, Grant},
};

use super::super::{
    Xero,
    id_token::{Doubt, Expected, ISSUER, check},
    keys::{SigningKey, SigningKeys},
};
use crate::token::{StandardGrant, TokenRequest};

/// The scope that makes Xero say who the user is.
const OPENID: &str = "openid";

impl Xero {
    /// Redeems the code. When an id token was asked for it has to be true; the keys to check it with are fetched before
    /// the code is spent, so that their absence costs nothing.
    pub(super) async fn redeem(&self, consent: Consent<'_>) -> ExchangeReport {
        let Some(application) = &self.application else {
            return ExchangeReport::Refused(OutcomeClass::AppConfig.into());
        };
        let keys = if self.scopes.contains(OPENID) {
            match self.signing_keys().await {
                Ok(keys) => Some(keys),
                Err(outcome) => return ExchangeReport::Refused(outcome),
            }
        } else {
            None
        };
        let request = TokenRequest::Standard(StandardGrant::Code {
            code: consent.code,
            redirect_uri: consent.redirect_uri,
            verifier: Some(consent.verifier),
        });
        let bought = match self.token_endpoint().buy(application, &request).await.0 {
            Ok(bought) => bought,
            Err(not_bought) => return ExchangeReport::Refused(not_bought.into()),
        };
        if bought.refresh_token.is_none() {
            // Without the scope offline_access the tokens would be worth nothing in half an hour.
            return ExchangeReport::Refused(OutcomeClass::ScopeMissing.into());
        }
        if let Some(keys) = keys {
            let id_token = bought.id_token.as_ref();
            if let Err(outcome) = self.believe(id_token, keys, application.client_id()).await {
                return ExchangeReport::Refused(outcome);
            }
        }
        ExchangeReport::Granted(Grant {
            tokens: bought.renew(None, Clocks::default()),
            presumed: None,
        })
    }

    /// Checks the id token, with newly fetched keys if it is signed with one that is not known yet.
    async fn believe(
        &self,
        id_token: Option<&SecretText>,
        mut keys: SigningKeys,
        client_id: &str,
    ) -> Result<(), Outcome> {
        let id_token = id_token.ok_or(OutcomeClass::ScopeMissing)?;
        let believed = |keys: &[SigningKey]| {
            let expected = Expected {
                issuer: ISSUER,
                audience: client_id,
                now: self.clock.now(),
            };
            check(id_token, keys, &expected)
        };
        let mut result = believed(&keys);
        if result == Err(Doubt::UnknownKey) {
            keys = self.renewed_signing_keys(keys).await?;
            result = believed(&keys);
        }
        // Whoever answered is not Xero, or we are not the application that it answered: a setting is wrong.
        result.map_err(|_| OutcomeClass::ConfigError.into())
    }
}
