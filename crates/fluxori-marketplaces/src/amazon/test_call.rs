use std::time::Duration;

use fluxori_domain::{
    AccountDetails, AccountId, AmazonDetails, Clocks, CredentialDocument, Outcome, OutcomeClass,
    RefreshToken, SecretText,
    ports::{Account, Renewal, TestReport, TestSubject},
};
use reqwest::Method;
use secrecy::ExposeSecret;

use super::{
    Amazon,
    answer::classify,
    headers,
    parse::account_id,
    participations::Participations,
    token_answer::{Bought, NotBought},
};
use crate::{
    http::{Budget, ProviderRequest, RequestBody},
    report,
    verdict::Verdict,
};

impl Amazon {
    /// Buys an access token, which proves the grant, then asks where the seller takes part, which proves the role and
    /// the region. The second answer is remembered for an hour.
    pub(super) async fn test_call(&self, subject: TestSubject<'_>) -> TestReport {
        let AccountDetails::Amazon(details) = subject.details else {
            return report::not_ours();
        };
        let Ok(id) = account_id(details.region, &details.selling_partner_id) else {
            return report::not_ours();
        };
        let CredentialDocument::Tokens {
            refresh_token: Some(refresh_token),
            ..
        } = subject.document
        else {
            return report::not_ours();
        };
        let Ok(application) = &self.application else {
            return report::bare(OutcomeClass::AppConfig.into(), Duration::ZERO, None);
        };
        let (bought, spent) = self.buy_access_token(application, refresh_token).await;
        match bought {
            Ok(bought) => {
                let renewal = renewal(bought, refresh_token);
                let report = self
                    .ask_where_the_seller_sells(&renewal.document, refresh_token, id, details)
                    .await;
                report::with_renewal(report, renewal, spent)
            }
            Err(NotBought::ClientRefused) => {
                report::bare(OutcomeClass::AppConfig.into(), spent, None)
            }
            Err(NotBought::Other(verdict)) => report::bare(of_fresh_token(verdict), spent, None),
        }
    }

    async fn ask_where_the_seller_sells(
        &self,
        fresh: &CredentialDocument,
        grant: &RefreshToken,
        id: AccountId,
        details: &AmazonDetails,
    ) -> TestReport {
        let now = self.clock.now();
        if let Some(found) = self.participations.recall(details.region, grant, now) {
            return report::good(account(id, details, found), Duration::ZERO, None);
        }
        let Ok(headers) = headers(fresh, now) else {
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
            Err(verdict) => report::bare(of_fresh_token(verdict), exchange.latency, None),
        }
    }
}

/// The token was bought a moment ago, so a verdict that holds for fresh tokens holds.
const fn of_fresh_token(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Final(outcome) => outcome,
        Verdict::IfFresh(class) => Outcome {
            class,
            retry_at: None,
        },
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

/// The new document: what came back, and the old refresh token where none did.
fn renewal(bought: Bought, old: &RefreshToken) -> Renewal {
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: copied into the document that replaces this one"
    )]
    let refresh_token = bought
        .refresh_token
        .unwrap_or_else(|| RefreshToken::new(SecretText::copy_of(old.expose_secret())));
    Renewal {
        document: CredentialDocument::Tokens {
            access_token: Some(bought.access_token),
            refresh_token: Some(refresh_token),
        },
        clocks: Clocks {
            access_expires_at: Some(bought.access_expires_at),
            ..Clocks::default()
        },
    }
}
