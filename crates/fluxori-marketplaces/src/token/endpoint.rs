use std::time::Duration;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    Clock, Outcome, OutcomeClass,
    ports::{Admission, RefreshReport, RefreshSubject},
};
use url::Url;

use super::{
    Application, Bought, Dialect, NotBought, StandardGrant, TokenRequest,
    answer::{not_bought, read_tokens},
    refresh_token,
    request::Sending,
};
use crate::{
    http::{Answer, ProviderHttp},
    verdict::Verdict,
};

/// Where tokens are bought, or given back.
pub(crate) struct TokenEndpoint<'a> {
    pub(crate) http: ProviderHttp,
    pub(crate) url: Url,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) dialect: &'static Dialect,
}

impl TokenEndpoint<'_> {
    /// Asks for leave to call it.
    pub(crate) async fn admit(&self) -> Result<Admission, Outcome> {
        let pass = self.http.admit(&self.url).await;
        pass.map(Admission::new)
            .map_err(|trouble| Verdict::from(trouble).outcome())
    }

    /// The same endpoint, for whose next call there is leave.
    pub(crate) fn admitted(self, admission: Admission) -> Self {
        Self {
            http: self.http.with_pass(admission.into_inner()),
            ..self
        }
    }

    /// Spends a grant, and says how long it took.
    pub(crate) async fn buy(
        &self,
        application: &Application,
        request: &TokenRequest<'_>,
    ) -> (Result<Bought, NotBought>, Duration) {
        self.ask(application, request, |answer, asked_at| {
            read_tokens(answer, self.dialect, asked_at, self.clock.now())
        })
        .await
    }

    /// Spends the refresh token of a credential, as RFC 6749 writes it.
    pub(crate) async fn refresh(
        self,
        application: Option<&Application>,
        subject: RefreshSubject<'_>,
    ) -> RefreshReport {
        let Some(token) = refresh_token(subject.document) else {
            return RefreshReport::Refused(OutcomeClass::Bug.into());
        };
        let Some(application) = application else {
            return RefreshReport::Refused(OutcomeClass::AppConfig.into());
        };
        let request = TokenRequest::Standard(StandardGrant::Refresh(token));
        let endpoint = self.admitted(subject.admission);
        match endpoint.buy(application, &request).await.0 {
            Ok(bought) => RefreshReport::Renewed(bought.renew(Some(token), subject.clocks)),
            Err(not_bought) => not_bought.into(),
        }
    }

    /// Makes a request to which the good answer is an empty one.
    pub(crate) async fn tell(
        &self,
        application: &Application,
        request: &TokenRequest<'_>,
    ) -> Result<(), NotBought> {
        let told = self.ask(application, request, |answer, _| {
            let is_good = answer.status() == 200 && !answer.is_html();
            is_good
                .then_some(())
                .ok_or_else(|| not_bought(answer, self.dialect, self.clock.now()))
        });
        told.await.0
    }

    /// One request, or a second one with the previous client secret when the present one is refused, for a new secret
    /// takes a while to be known everywhere. A refused client spends nothing.
    async fn ask<T>(
        &self,
        application: &Application,
        request: &TokenRequest<'_>,
        read: impl Fn(&Answer, DateTime<Utc>) -> Result<T, NotBought>,
    ) -> (Result<T, NotBought>, Duration) {
        let secrets = application.client_secrets();
        let mut spent = Duration::ZERO;
        let mut tried = 0;
        loop {
            let asked_at = self.clock.now();
            let exchange = request
                .send(Sending {
                    http: &self.http,
                    url: &self.url,
                    client_id: application.client_id(),
                    client_secret: secrets.get(tried),
                })
                .await;
            spent += exchange.latency;
            tried += 1;
            let result = match exchange.answer {
                Ok(answer) => read(&answer, asked_at),
                Err(trouble) => Err(NotBought::Other(Verdict::from(trouble))),
            };
            let is_refused = matches!(result, Err(NotBought::ClientRefused));
            if !is_refused || tried >= secrets.len() {
                return (result, spent);
            }
        }
    }
}
