use std::time::Duration;

use chrono::TimeDelta;
use fluxori_domain::{OutcomeClass, RefreshToken};

use super::Amazon;
use crate::token::{
    Application, Bought, Dialect, NotBought, Refusal, Refused, StandardGrant, TokenEndpoint,
    TokenRequest, standard_refusal,
};

/// Login with Amazon. Refresh tokens neither rotate nor die of age, and are echoed with every answer.
pub(super) const LOGIN_WITH_AMAZON: Dialect = Dialect {
    max_access_length: 2048,
    max_refresh_length: 2048,
    access_life: TimeDelta::hours(1),
    refresh_life: None,
    refusal,
};

fn refusal(refusal: &Refusal<'_>) -> Option<Refused> {
    match refusal.error {
        Some("access_denied") => Some(Refused::Class(OutcomeClass::ReauthRequired)),
        _ => standard_refusal(refusal),
    }
}

impl Amazon {
    pub(super) fn token_endpoint(&self) -> TokenEndpoint<'_> {
        TokenEndpoint {
            http: self.http.clone(),
            url: self.lwa_url.join("/auth/o2/token"),
            clock: &*self.clock,
            dialect: &LOGIN_WITH_AMAZON,
        }
    }

    pub(super) async fn buy_access_token(
        &self,
        application: &Application,
        refresh_token: &RefreshToken,
    ) -> (Result<Bought, NotBought>, Duration) {
        let request = TokenRequest::Standard(StandardGrant::Refresh(refresh_token));
        self.token_endpoint().buy(application, &request).await
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{http::Answer, token::class_of};

    fn error(status: u16, name: &str) -> Answer {
        Answer::fake_json(
            status,
            &format!(r#"{{"error":"{name}","error_description":"d","request_id":"r"}}"#),
        )
    }

    fn class(answer: &Answer) -> OutcomeClass {
        class_of(answer, &LOGIN_WITH_AMAZON)
    }

    #[rstest]
    #[case(error(400, "invalid_grant"), OutcomeClass::ReauthRequired)]
    #[case(error(401, "invalid_grant"), OutcomeClass::ReauthRequired)]
    #[case(error(401, "invalid_client"), OutcomeClass::AppConfig)]
    #[case(error(400, "invalid_client"), OutcomeClass::AppConfig)]
    #[case(error(400, "unauthorized_client"), OutcomeClass::AppConfig)]
    #[case(error(403, "unauthorized_client"), OutcomeClass::AppConfig)]
    #[case(error(400, "invalid_request"), OutcomeClass::Bug)]
    #[case(error(400, "unsupported_grant_type"), OutcomeClass::Bug)]
    #[case(error(400, "invalid_scope"), OutcomeClass::AppConfig)]
    #[case(error(400, "access_denied"), OutcomeClass::ReauthRequired)]
    #[case(error(403, "access_denied"), OutcomeClass::ReauthRequired)]
    #[case(Answer::fake(429, "text/plain", "slow down"), OutcomeClass::Throttled)]
    #[case(error(500, "server_error"), OutcomeClass::Transient)]
    #[case(error(503, "temporarily_unavailable"), OutcomeClass::Transient)]
    #[case(error(500, "invalid_grant"), OutcomeClass::Transient)]
    fn the_table_of_the_token_endpoint(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class(&answer), expected);
    }

    #[rstest]
    #[case(
        Answer::fake(400, "text/html", "<html>invalid_grant</html>"),
        OutcomeClass::EdgeBlocked
    )]
    #[case(Answer::fake(403, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(503, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(500, "text/html", "<html>"), OutcomeClass::Transient)]
    #[case(Answer::fake(200, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(
        Answer::fake(400, "text/plain", r#"{"error":"invalid_grant"}"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(400, r#"{"error":"invalid_gr"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(400, r#"{"Error":"invalid_grant"}"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_json(400, ""), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(400), OutcomeClass::Transient)]
    #[case(Answer::fake_json(200, "{}"), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(200, r#"{"access_token":""}"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(200, r#"{"access_token":"a\nb"}"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(200, r#"{"error":"invalid_grant"}"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_json(404, "{}"), OutcomeClass::ConfigError)]
    fn half_answers_never_condemn_a_token(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class(&answer), expected);
    }
}
