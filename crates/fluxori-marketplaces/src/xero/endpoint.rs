use chrono::TimeDelta;

use super::Xero;
use crate::token::{Dialect, TokenEndpoint, standard_refusal};

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
            http: self.http.clone(),
            url: self.identity_url.join("/connect/token"),
            clock: &*self.clock,
            dialect: &IDENTITY_SERVER,
        }
    }
}

#[cfg(test)]
mod tests {
    use fluxori_domain::OutcomeClass;
    use rstest::rstest;

    use super::*;
    use crate::{http::Answer, token::class_of};

    fn error(status: u16, name: &str) -> Answer {
        Answer::fake_json(status, &format!(r#"{{"error":"{name}"}}"#))
    }

    #[rstest]
    #[case(error(400, "invalid_grant"), OutcomeClass::ReauthRequired)]
    #[case(error(400, "invalid_client"), OutcomeClass::AppConfig)]
    #[case(error(401, "invalid_client"), OutcomeClass::AppConfig)]
    #[case(error(400, "unauthorized_client"), OutcomeClass::AppConfig)]
    #[case(error(400, "invalid_scope"), OutcomeClass::AppConfig)]
    #[case(error(400, "unsupported_grant_type"), OutcomeClass::Bug)]
    #[case(error(400, "invalid_request"), OutcomeClass::Bug)]
    #[case(error(429, "x"), OutcomeClass::Throttled)]
    #[case(error(500, "invalid_grant"), OutcomeClass::Transient)]
    #[case(Answer::fake(500, "text/html", "<html>"), OutcomeClass::Transient)]
    #[case(Answer::fake(404, "", ""), OutcomeClass::ConfigError)]
    fn the_table_of_the_token_endpoint(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class_of(&answer, &IDENTITY_SERVER), expected);
    }

    #[rstest]
    #[case(
        Answer::fake(400, "text/html", "<html>invalid_grant"),
        OutcomeClass::EdgeBlocked
    )]
    #[case(error(400, "access_denied"), OutcomeClass::Transient)]
    #[case(error(400, "something_new"), OutcomeClass::Transient)]
    #[case(Answer::fake(400, "", ""), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(400, r#"{"error":"invalid_gr"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(400, r#"{"error":["invalid_grant"]}"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_cut(400), OutcomeClass::Transient)]
    #[case(error(200, "invalid_grant"), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(400, r#"{"error":"invalid_grant","cloudflare_error":true}"#),
        OutcomeClass::EdgeBlocked
    )]
    fn half_answers_never_condemn_a_token(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class_of(&answer, &IDENTITY_SERVER), expected);
    }
}
