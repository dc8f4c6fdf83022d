use chrono::TimeDelta;
use fluxori_domain::{
    OutcomeClass,
    ports::{RefreshReport, RefreshSubject},
};

use super::Xero;
use crate::token::{
    Dialect, StandardGrant, TokenEndpoint, TokenRequest, refresh_token, standard_refusal,
};

/// Xero's identity server. Every refresh gives a new refresh token; the old one can be tried again for 30 minutes.
pub(super) const IDENTITY_SERVER: Dialect = Dialect {
    max_access_length: 8192,
    max_refresh_length: 512,
    access_life: TimeDelta::minutes(30),
    refresh_life: Some(TimeDelta::days(60)),
    refusal: standard_refusal,
};

impl Xero {
    pub(super) fn token_endpoint(&self) -> TokenEndpoint<'_> {
        TokenEndpoint {
            http: &self.http,
            url: self.identity_url.join("/connect/token"),
            clock: &*self.clock,
            dialect: &IDENTITY_SERVER,
        }
    }

    pub(super) async fn refresh_tokens(&self, subject: RefreshSubject<'_>) -> RefreshReport {
        let Some(refresh_token) = refresh_token(subject.document) else {
            return RefreshReport::Refused(OutcomeClass::Bug.into());
        };
        let Some(application) = &self.application else {
            return RefreshReport::Refused(OutcomeClass::AppConfig.into());
        };
        let request = TokenRequest::Standard(StandardGrant::Refresh(refresh_token));
        match self.token_endpoint().buy(application, &request).await.0 {
            Ok(bought) => RefreshReport::Renewed(bought.renew(Some(refresh_token), subject.clocks)),
            Err(not_bought) => not_bought.into(),
        }
    }
}
