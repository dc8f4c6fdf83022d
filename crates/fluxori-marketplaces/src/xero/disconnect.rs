use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, CredentialDocument, Outcome, OutcomeClass, XeroDetails,
    ports::{DisconnectSubject, Disconnection},
};
use reqwest::Method;
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::{Xero, answer::refusal, endpoint::IDENTITY_SERVER, headers::headers_without_tenant};
use crate::{
    http::{Answer, Budget, ProviderRequest, RequestBody},
    token::{TokenEndpoint, TokenRequest, refresh_token},
    verdict::Verdict,
};

impl Xero {
    /// Disconnects the organisation; and when nothing else uses the grant, gives all of it back.
    pub(super) async fn cut_off(&self, subject: DisconnectSubject<'_>) -> Disconnection {
        let AccountDetails::Xero(details) = subject.details else {
            return Disconnection::Failed(OutcomeClass::Bug.into());
        };
        let done = match self.delete_connection(subject.document, details).await {
            Ok(()) if subject.is_last => self.revoke(subject.document).await,
            done => done,
        };
        match done {
            Ok(()) => Disconnection::Done,
            Err(outcome) => Disconnection::Failed(outcome),
        }
    }

    async fn delete_connection(
        &self,
        document: &CredentialDocument,
        details: &XeroDetails,
    ) -> Result<(), Outcome> {
        let Some(connection) = self.connection_id(document, details).await? else {
            return Ok(());
        };
        let headers = headers_without_tenant(document).map_err(|_| OutcomeClass::Bug)?;
        let exchange = self
            .http
            .send(ProviderRequest {
                method: Method::DELETE,
                url: self
                    .api_url
                    .join(&format!("/connections/{}", connection.hyphenated())),
                headers,
                body: RequestBody::NONE,
                budget: Budget::Token,
            })
            .await;
        match exchange.answer {
            Ok(answer) => deletion(&answer, self.clock.now()),
            Err(trouble) => Err(Verdict::from(trouble).outcome()),
        }
    }

    /// Xero's id of the connection, which is not that of the organisation. `None` when there is nothing left to delete.
    async fn connection_id(
        &self,
        document: &CredentialDocument,
        details: &XeroDetails,
    ) -> Result<Option<Uuid>, Outcome> {
        if details.connection_id.is_some() {
            return Ok(details.connection_id);
        }
        let Some(wanted) = details.tenant_id else {
            return Ok(None);
        };
        let listed = self.list_tenants(document, None).await;
        match listed.ok_or(OutcomeClass::Bug)?.tenants {
            Ok(tenants) => Ok(tenants
                .into_iter()
                .find(|tenant| tenant.id == wanted)
                .and_then(|tenant| tenant.connection_id)),
            Err(verdict) if was_gone(verdict.outcome()) => Ok(None),
            Err(verdict) => Err(verdict.outcome()),
        }
    }

    /// Ends the user's whole grant. Only a refresh token does that: to an access token Xero answers with an error of its
    /// own.
    async fn revoke(&self, document: &CredentialDocument) -> Result<(), Outcome> {
        // A pasted token set may be of an application that is not ours to speak for.
        let (Some(application), Some(token)) = (&self.application, refresh_token(document)) else {
            return Ok(());
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: goes into the body of one request to the revocation endpoint"
        )]
        let request = TokenRequest::Form(vec![("token", token.expose_secret())]);
        let endpoint = TokenEndpoint {
            http: self.http.clone(),
            url: self.identity_url.join("/connect/revocation"),
            clock: &*self.clock,
            dialect: &IDENTITY_SERVER,
        };
        match endpoint.tell(application, &request).await {
            Ok(()) => Ok(()),
            Err(not_told) => {
                let outcome = Outcome::from(not_told);
                if was_gone(outcome) {
                    Ok(())
                } else {
                    Err(outcome)
                }
            }
        }
    }
}

/// A dead token and a disconnected organisation are what was wanted.
const fn was_gone(outcome: Outcome) -> bool {
    matches!(
        outcome.class,
        OutcomeClass::ReauthRequired | OutcomeClass::TenantDisconnected
    )
}

fn deletion(answer: &Answer, now: DateTime<Utc>) -> Result<(), Outcome> {
    if matches!(answer.status(), 200 | 204 | 404) && !answer.is_html() {
        return Ok(());
    }
    let outcome = refusal(answer, now).outcome();
    if was_gone(outcome) {
        Ok(())
    } else {
        Err(outcome)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Answer::fake(204, "", ""), None)]
    #[case(Answer::fake(404, "", ""), None)]
    #[case(Answer::fake_json(404, r#"{"title":"Not Found"}"#), None)]
    #[case(Answer::fake_json(401, r#"{"detail":"TokenExpired: x"}"#), None)]
    #[case(
        Answer::fake_json(403, r#"{"Detail":"AuthenticationUnsuccessful"}"#),
        None
    )]
    #[case(
        Answer::fake(404, "text/html", "<html>"),
        Some(OutcomeClass::ConfigError)
    )]
    #[case(Answer::fake(204, "text/html", ""), Some(OutcomeClass::EdgeBlocked))]
    #[case(Answer::fake(401, "", ""), Some(OutcomeClass::Transient))]
    #[case(Answer::fake_json(403, "{}"), Some(OutcomeClass::Transient))]
    #[case(Answer::fake_json(429, "{}"), Some(OutcomeClass::Throttled))]
    #[case(Answer::fake_json(503, "{}"), Some(OutcomeClass::Transient))]
    fn gone_is_gone_whoever_did_it(#[case] answer: Answer, #[case] failed: Option<OutcomeClass>) {
        let result = deletion(&answer, DateTime::UNIX_EPOCH);
        assert_eq!(result.err().map(|outcome| outcome.class), failed);
    }
}
