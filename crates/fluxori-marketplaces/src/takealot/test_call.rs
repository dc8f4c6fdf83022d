use fluxori_domain::{
    AccountDetails, OutcomeClass, TakealotSurface,
    ports::{Account, TestReport, TestSubject},
};
use reqwest::Method;
use serde::de::DeserializeOwned;

use super::{
    Takealot,
    answer::{OffersCount, Seller, classify, headroom},
    headers,
};
use crate::{
    http::{Budget, ProviderRequest, RequestBody},
    report,
    verdict::Verdict,
};

impl Takealot {
    /// Asks who the key belongs to; on the older interface, which does not say, only whether it works.
    ///
    /// There the report has no account, so nothing is pinned: the number of the seller is all that could be, and
    /// anything made from the key would change with the key.
    pub(super) async fn test_call(&self, subject: TestSubject<'_>) -> TestReport {
        let AccountDetails::Takealot(details) = subject.details else {
            return report::not_ours();
        };
        match details.api_surface {
            TakealotSurface::Marketplace => {
                let url = self.marketplace_url.join("/v1/seller");
                self.ask(subject, url, details.api_surface, |seller: Seller| {
                    Some(Account::from(seller))
                })
                .await
            }
            TakealotSurface::Seller => {
                let url = self.seller_url.join("/v2/offers/count");
                self.ask(subject, url, details.api_surface, |_: OffersCount| None)
                    .await
            }
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        subject: TestSubject<'_>,
        url: url::Url,
        surface: TakealotSurface,
        account: impl FnOnce(T) -> Option<Account>,
    ) -> TestReport {
        let Ok(headers) = headers(subject.document, surface) else {
            return report::not_ours();
        };
        let exchange = self
            .http
            .send(ProviderRequest {
                method: Method::GET,
                url,
                headers,
                body: RequestBody::NONE,
                budget: Budget::Test,
            })
            .await;
        let now = self.clock.now();
        let rate = exchange
            .answer
            .as_ref()
            .ok()
            .and_then(|answer| headroom(answer.headers(), now));
        let answer = exchange.answer.map_err(Verdict::from);
        match answer.and_then(|answer| classify(&answer, now)) {
            Ok(good) => match account(good) {
                Some(account) => report::good(account, exchange.latency, rate),
                None => report::bare(OutcomeClass::Ok.into(), exchange.latency, rate),
            },
            Err(verdict) => report::refused(verdict, false, exchange.latency, rate),
        }
    }
}
