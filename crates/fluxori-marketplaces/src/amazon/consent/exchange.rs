use chrono::TimeDelta;
use fluxori_domain::{
    AccountDetails, AmazonDetails, AuthType, Clocks, OutcomeClass,
    ports::{Account, Consent, ExchangeReport, Grant, IdentifyReport, Renewal, TestSubject},
};

use super::{
    super::{Amazon, parse::account_id},
    SELLING_PARTNER_CLAIM,
    url::region,
};
use crate::{
    report,
    token::{StandardGrant, TokenRequest},
};

/// How long an authorisation of a public application lasts.
const AUTHORISATION_LIFE: TimeDelta = TimeDelta::days(365);

impl Amazon {
    pub(super) async fn redeem(&self, consent: Consent<'_>) -> ExchangeReport {
        let Some(account) = presumed(consent) else {
            return ExchangeReport::Refused(OutcomeClass::Bug.into());
        };
        let Some(application) = &self.application else {
            return ExchangeReport::Refused(OutcomeClass::AppConfig.into());
        };
        let clocks = Clocks {
            authorisation_expires_at: Some(self.clock.now() + AUTHORISATION_LIFE),
            ..Clocks::default()
        };
        let request = TokenRequest::Standard(StandardGrant::Code {
            code: consent.code,
            redirect_uri: consent.redirect_uri,
            verifier: None,
        });
        match self.token_endpoint().buy(application, &request).await.0 {
            Ok(bought) if bought.refresh_token.is_some() => ExchangeReport::Granted(Grant {
                tokens: bought.renew(None, clocks),
                presumed: Some(account),
            }),
            // Half of what a code buys: within the hour it would be worth nothing.
            Ok(_) => ExchangeReport::Refused(OutcomeClass::Transient.into()),
            Err(not_bought) => ExchangeReport::Refused(not_bought.into()),
        }
    }

    /// Asks where the seller takes part: that the tokens work in the region is all that Amazon can confirm.
    pub(super) async fn ask_whose(&self, consent: Consent<'_>, tokens: &Renewal) -> IdentifyReport {
        let Some(account) = presumed(consent) else {
            return IdentifyReport::Unknown(OutcomeClass::Bug.into());
        };
        let report = self
            .test_call(TestSubject {
                auth_type: AuthType::OAuth,
                document: &tokens.document,
                details: &account.details,
                is_fresh: true,
            })
            .await;
        report::identified(report)
    }
}

/// The account as the callback claims it.
fn presumed(consent: Consent<'_>) -> Option<Account> {
    let selling_partner_id = consent.claims.get(SELLING_PARTNER_CLAIM)?;
    let region = region(consent.target)?;
    Some(Account {
        id: account_id(region, selling_partner_id).ok()?,
        name: None,
        details: AccountDetails::Amazon(AmazonDetails {
            region,
            selling_partner_id: selling_partner_id.clone(),
            marketplace_ids: Vec::new(),
            countries: Vec::new(),
        }),
    })
}
