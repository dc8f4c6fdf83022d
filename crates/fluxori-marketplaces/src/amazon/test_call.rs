use std::time::Duration;

use chrono::TimeDelta;
use fluxori_domain::{
    AccountDetails, AccountId, AmazonDetails, Clocks, CredentialDocument, Outcome, OutcomeClass,
    RefreshToken,
    ports::{Account, TestReport, TestSubject},
};
use reqwest::Method;

use super::{Amazon, answer::classify, headers, parse::account_id, participations::Participations};
use crate::{
    http::{Budget, ProviderRequest, RequestBody},
    report,
    token::refresh_token,
    verdict::Verdict,
};

/// How long the answer to a grant is good for when the grant itself was proved a moment ago.
const PROVED: TimeDelta = TimeDelta::hours(1);

/// How long it is good for when nothing else was asked: as often as that, the usage plan lets us ask.
const UNPROVED: TimeDelta = TimeDelta::minutes(1);

impl Amazon {
    /// Asks where the seller takes part, which proves the access token, the role and the region. Without an access token
    /// one is bought first, which proves the grant.
    pub(super) async fn test_call(&self, subject: TestSubject<'_>) -> TestReport {
        let AccountDetails::Amazon(details) = subject.details else {
            return report::not_ours();
        };
        let Ok(id) = account_id(details.region, &details.selling_partner_id) else {
            return report::not_ours();
        };
        let Some(grant) = refresh_token(subject.document) else {
            return report::not_ours();
        };
        let has_access_token = matches!(
            subject.document,
            CredentialDocument::Tokens {
                access_token: Some(_),
                ..
            }
        );
        if has_access_token {
            return self
                .ask_where_the_seller_sells(subject.document, subject.is_fresh, grant, id, details)
                .await;
        }
        let Some(application) = &self.application else {
            return report::bare(OutcomeClass::AppConfig.into(), Duration::ZERO, None);
        };
        let (bought, spent) = self.buy_access_token(application, grant).await;
        match bought {
            Ok(bought) => {
                let renewal = bought.renew(Some(grant), Clocks::default());
                let report = self
                    .ask_where_the_seller_sells(&renewal.document, true, grant, id, details)
                    .await;
                report::with_renewal(report, renewal, spent)
            }
            Err(not_bought) => report::bare(Outcome::from(not_bought), spent, None),
        }
    }

    async fn ask_where_the_seller_sells(
        &self,
        document: &CredentialDocument,
        is_fresh: bool,
        grant: &RefreshToken,
        id: AccountId,
        details: &AmazonDetails,
    ) -> TestReport {
        let now = self.clock.now();
        let good_for = if is_fresh { PROVED } else { UNPROVED };
        let remembered = self
            .participations
            .recall(details.region, grant, now, good_for);
        if let Some(found) = remembered {
            return report::good(account(id, details, found), Duration::ZERO, None);
        }
        let Ok(headers) = headers(document, now) else {
            return report::not_ours();
        };
        let exchange = self
            .http
            .send(ProviderRequest {
                method: Method::GET,
                url: self
                    .sp_api_url(details.region)
                    .join("/sellers/v1/marketplaceParticipations"),
                headers,
                body: RequestBody::NONE,
                budget: Budget::Test,
            })
            .await;
        let now = self.clock.now();
        let answer = exchange.answer.map_err(Verdict::from);
        match answer.and_then(|answer| classify(&answer, now)) {
            Ok(found) => {
                self.participations
                    .remember(details.region, grant, found.clone(), now);
                report::good(account(id, details, found), exchange.latency, None)
            }
            Err(verdict) => report::refused(verdict, !is_fresh, exchange.latency, None),
        }
    }
}

fn account(id: AccountId, details: &AmazonDetails, found: Participations) -> Account {
    Account {
        id,
        name: found.store_name,
        details: AccountDetails::Amazon(AmazonDetails {
            region: details.region,
            selling_partner_id: details.selling_partner_id.clone(),
            marketplace_ids: found.marketplace_ids,
            countries: found.countries,
        }),
    }
}
