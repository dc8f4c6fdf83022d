use chrono::TimeDelta;
use fluxori_domain::{
    AccountDetails, AuthType, CredentialDocument, OutcomeClass, ShopDomain,
    ports::{RefreshReport, RefreshSubject},
};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::Shopify;
use crate::token::{Dialect, Refusal, Refused, TokenEndpoint, TokenRequest};

/// The name of a token that works without a user present.
const OFFLINE: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

/// A shop's token endpoint. Every refresh gives a new refresh token; the old one can be tried again until the new pair is
/// used.
pub(super) const SHOP: Dialect = Dialect {
    max_access_length: 512,
    max_refresh_length: 512,
    // Also when the answer does not say: we ask for tokens that expire, and answers without a life have been seen.
    access_life: TimeDelta::hours(1),
    refresh_life: Some(TimeDelta::days(90)),
    refusal,
};

fn refusal(refusal: &Refusal<'_>) -> Option<Refused> {
    use OutcomeClass::{AccountSuspended, AppConfig, Bug, ReauthRequired};
    Some(match (refusal.status, refusal.error) {
        (402 | 423, _) => Refused::Class(AccountSuspended),
        // A security rejection.
        (430, _) => Refused::ForLong,
        (_, Some("invalid_client" | "application_cannot_be_found")) => Refused::Client,
        (_, Some("invalid_grant" | "invalid_subject_token")) | (401, Some("invalid_request")) => {
            Refused::Class(ReauthRequired)
        }
        (_, Some("invalid_request")) if is_about_the_grant(refusal.description) => {
            Refused::Class(ReauthRequired)
        }
        (_, Some("invalid_request" | "unsupported_grant_type")) => Refused::Class(Bug),
        (_, Some("unauthorized_client" | "invalid_scope")) => Refused::Class(AppConfig),
        // No such shop, if Shopify says so. A page, or nothing, may come from a wrong address.
        (404, _) if names_an_error(refusal) => Refused::Class(ReauthRequired),
        _ => return None,
    })
}

/// `invalid_request` stands for a dead token or code and for a malformed request; its description tells them apart.
fn is_about_the_grant(description: &str) -> bool {
    ["refresh_token", "subject token", "authorization code"]
        .iter()
        .any(|words| description.contains(words))
}

fn names_an_error(refusal: &Refusal<'_>) -> bool {
    refusal
        .answer
        .json::<Map<String, Value>>()
        .is_some_and(|document| {
            ["error", "errors"]
                .iter()
                .any(|name| document.contains_key(*name))
        })
}

impl Shopify {
    pub(super) fn token_endpoint(&self, shop: &ShopDomain) -> TokenEndpoint<'_> {
        TokenEndpoint {
            http: self.http.clone(),
            url: self.base_url.join(shop, "/admin/oauth/access_token"),
            clock: &*self.clock,
            dialect: &SHOP,
        }
    }

    /// Spends the refresh token; or, for a token that never expires, exchanges it for a pair that does, which cannot be
    /// undone and which Shopify demands of public apps.
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: goes into the body of one request to the token endpoint"
    )]
    pub(super) async fn refresh_tokens(&self, subject: RefreshSubject<'_>) -> RefreshReport {
        let not_ours = RefreshReport::Refused(OutcomeClass::Bug.into());
        let AccountDetails::Shopify(details) = subject.details else {
            return not_ours;
        };
        if !is_refreshable(subject.auth_type, subject.document) {
            return not_ours;
        }
        let Some(application) = &self.application else {
            return RefreshReport::Refused(OutcomeClass::AppConfig.into());
        };
        let (members, old) = match subject.document {
            CredentialDocument::Tokens {
                refresh_token: Some(token),
                ..
            } => (
                vec![
                    ("grant_type", "refresh_token"),
                    ("refresh_token", token.expose_secret()),
                ],
                Some(token),
            ),
            CredentialDocument::Tokens {
                access_token: Some(token),
                refresh_token: None,
            } => (
                vec![
                    (
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:token-exchange",
                    ),
                    ("subject_token", token.expose_secret()),
                    ("subject_token_type", OFFLINE),
                    ("requested_token_type", OFFLINE),
                    ("expiring", "1"),
                ],
                None,
            ),
            _ => return not_ours,
        };
        let endpoint = self.token_endpoint(&details.shop);
        let endpoint = endpoint.admitted(subject.admission);
        let request = TokenRequest::Json(members);
        match endpoint.buy(application, &request).await.0 {
            Ok(bought) => RefreshReport::Renewed(bought.renew(old, subject.clocks)),
            Err(not_bought) => not_bought.into(),
        }
    }
}

/// A custom app's token belongs to an app of the seller's, which only the seller can renew.
pub(super) const fn is_refreshable(auth_type: AuthType, document: &CredentialDocument) -> bool {
    matches!(auth_type, AuthType::OAuth)
        && matches!(
            document,
            CredentialDocument::Tokens {
                refresh_token: Some(_),
                ..
            } | CredentialDocument::Tokens {
                access_token: Some(_),
                ..
            }
        )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{http::Answer, token::class_of};

    fn error(status: u16, name: &str, description: &str) -> Answer {
        Answer::fake_json(
            status,
            &format!(r#"{{"error":"{name}","error_description":"{description}"}}"#),
        )
    }

    const DEAD: &str = "This request requires an active refresh_token";
    const USED: &str = "The authorization code was not found or was already used";

    #[rstest]
    #[case(error(400, "invalid_grant", ""), OutcomeClass::ReauthRequired)]
    #[case(error(401, "invalid_grant", ""), OutcomeClass::ReauthRequired)]
    #[case(error(401, "invalid_request", DEAD), OutcomeClass::ReauthRequired)]
    #[case(error(401, "invalid_request", ""), OutcomeClass::ReauthRequired)]
    #[case(error(400, "invalid_request", DEAD), OutcomeClass::ReauthRequired)]
    #[case(error(400, "invalid_request", USED), OutcomeClass::ReauthRequired)]
    #[case(
        error(400, "invalid_request", "Invalid subject token"),
        OutcomeClass::ReauthRequired
    )]
    #[case(error(400, "invalid_subject_token", ""), OutcomeClass::ReauthRequired)]
    #[case(
        error(400, "invalid_request", "something is missing"),
        OutcomeClass::Bug
    )]
    #[case(error(400, "unsupported_grant_type", ""), OutcomeClass::Bug)]
    #[case(error(400, "invalid_client", ""), OutcomeClass::AppConfig)]
    #[case(error(401, "invalid_client", ""), OutcomeClass::AppConfig)]
    #[case(error(400, "application_cannot_be_found", ""), OutcomeClass::AppConfig)]
    #[case(error(400, "unauthorized_client", ""), OutcomeClass::AppConfig)]
    #[case(
        Answer::fake_json(404, r#"{"errors":"Not Found"}"#),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        Answer::fake_json(402, r#"{"errors":"Unavailable Shop"}"#),
        OutcomeClass::AccountSuspended
    )]
    #[case(Answer::fake(423, "", ""), OutcomeClass::AccountSuspended)]
    #[case(Answer::fake(429, "", ""), OutcomeClass::Throttled)]
    #[case(Answer::fake(430, "text/html", "<html>"), OutcomeClass::Throttled)]
    #[case(error(500, "invalid_grant", ""), OutcomeClass::Transient)]
    #[case(Answer::fake(520, "text/html", "<html>"), OutcomeClass::Transient)]
    #[case(Answer::fake(503, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    fn the_table_of_the_token_endpoint(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class_of(&answer, &SHOP), expected);
    }

    #[rstest]
    #[case(
        Answer::fake(400, "text/html", "<html>invalid_grant"),
        OutcomeClass::EdgeBlocked
    )]
    #[case(Answer::fake(401, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(404, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(404, "", ""), OutcomeClass::Transient)]
    #[case(Answer::fake_json(404, "{}"), OutcomeClass::Transient)]
    #[case(Answer::fake_json(404, "[]"), OutcomeClass::Transient)]
    #[case(Answer::fake(401, "", ""), OutcomeClass::Transient)]
    #[case(Answer::fake_json(401, r#"{"error":"inval"#), OutcomeClass::Transient)]
    #[case(Answer::fake_json(401, r#"{"errors":"x"}"#), OutcomeClass::Transient)]
    #[case(
        Answer::fake(400, "text/plain", r#"{"error":"invalid_grant"}"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_cut(401), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(200), OutcomeClass::Transient)]
    #[case(error(200, "invalid_grant", ""), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(403, r#"{"error":"something_new"}"#),
        OutcomeClass::Transient
    )]
    fn half_answers_never_condemn_a_token(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class_of(&answer, &SHOP), expected);
    }
}
