use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, AuthType, OutcomeClass,
    ports::{DisconnectSubject, Disconnection},
};
use reqwest::Method;

use super::{Shopify, answer::refusal, headers};
use crate::{
    http::{Answer, Budget, ProviderRequest, RequestBody},
    verdict::Verdict,
};

impl Shopify {
    /// Uninstalls the app from the shop, which ends all of its tokens and webhooks. A custom app is the seller's own.
    pub(super) async fn uninstall(&self, subject: DisconnectSubject<'_>) -> Disconnection {
        if subject.auth_type == AuthType::CustomAppToken {
            return Disconnection::LeftToSeller;
        }
        let AccountDetails::Shopify(details) = subject.details else {
            return Disconnection::Failed(OutcomeClass::Bug.into());
        };
        let Ok(headers) = headers(subject.document) else {
            return Disconnection::Failed(OutcomeClass::Bug.into());
        };
        let exchange = self
            .http
            .send(ProviderRequest {
                method: Method::DELETE,
                url: self
                    .base_url
                    .join(&details.shop, "/admin/api_permissions/current.json"),
                headers,
                body: RequestBody::NONE,
                budget: Budget::Token,
            })
            .await;
        match exchange.answer {
            Ok(answer) => disconnection(&answer, self.clock.now()),
            Err(trouble) => Disconnection::Failed(Verdict::from(trouble).outcome()),
        }
    }
}

/// An unknown token or shop means that the app was gone before. Pages say nothing about that.
fn disconnection(answer: &Answer, now: DateTime<Utc>) -> Disconnection {
    if matches!(answer.status(), 200 | 202 | 204) && !answer.is_html() {
        return Disconnection::Done;
    }
    let outcome = refusal(answer, now).outcome();
    let was_gone = outcome.class == OutcomeClass::ReauthRequired
        || (answer.status() == 404 && !answer.is_html());
    if was_gone {
        Disconnection::Done
    } else {
        Disconnection::Failed(outcome)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Answer::fake_json(200, "{}"), None)]
    #[case(Answer::fake(200, "", ""), None)]
    #[case(Answer::fake(204, "", ""), None)]
    #[case(Answer::fake_json(401, r#"{"errors":"[API] Invalid API key"}"#), None)]
    #[case(Answer::fake_json(404, r#"{"errors":"Not Found"}"#), None)]
    #[case(Answer::fake(404, "", ""), None)]
    #[case(
        Answer::fake(200, "text/html", "<html>"),
        Some(OutcomeClass::EdgeBlocked)
    )]
    #[case(
        Answer::fake(401, "text/html", "<html>"),
        Some(OutcomeClass::EdgeBlocked)
    )]
    #[case(
        Answer::fake(404, "text/html", "<html>"),
        Some(OutcomeClass::ConfigError)
    )]
    #[case(Answer::fake(401, "", ""), Some(OutcomeClass::Transient))]
    #[case(Answer::fake_json(402, "{}"), Some(OutcomeClass::AccountSuspended))]
    #[case(Answer::fake_json(429, "{}"), Some(OutcomeClass::Throttled))]
    #[case(Answer::fake_json(500, "{}"), Some(OutcomeClass::Transient))]
    fn gone_is_gone_whoever_did_it(#[case] answer: Answer, #[case] failed: Option<OutcomeClass>) {
        let result = disconnection(&answer, DateTime::UNIX_EPOCH);
        let class = match result {
            Disconnection::Done => None,
            Disconnection::Failed(outcome) => Some(outcome.class),
            Disconnection::LeftToSeller => panic!("it was asked to"),
        };
        assert_eq!(class, failed);
    }
}
