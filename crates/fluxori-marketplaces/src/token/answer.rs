use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Outcome, OutcomeClass, ports::RefreshReport};
use serde::Deserialize;

use super::bought::{Bought, Success, bought};
use crate::{
    http::{Answer, MAX_WAIT, retry_after},
    outside::lenient_text,
    verdict::Verdict,
};

/// How one marketplace's token endpoint differs from the next.
pub(crate) struct Dialect {
    /// Longest access token, in bytes.
    pub(crate) max_access_length: usize,
    /// Longest refresh token, in bytes.
    pub(crate) max_refresh_length: usize,
    /// How long an access token lives when the answer does not say.
    pub(crate) access_life: TimeDelta,
    /// How long a refresh token lives when the answer does not say; `None` where it does not die of age.
    pub(crate) refresh_life: Option<TimeDelta>,
    /// What a refusal with a status from 400 to 499 means; `None` when no table lists it.
    pub(crate) refusal: fn(&Refusal<'_>) -> Option<Refused>,
}

/// A refusal as it came.
pub(crate) struct Refusal<'a> {
    pub(crate) status: u16,
    /// `error`, of a complete answer in JSON.
    pub(crate) error: Option<&'a str>,
    /// `error_description`, in lower case.
    pub(crate) description: &'a str,
    /// The whole answer.
    pub(crate) answer: &'a Answer,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Our client id or secret is not accepted. Another secret may do.
    Client,
    /// This.
    Class(OutcomeClass),
    /// Back off as far as we ever do.
    ForLong,
}

/// The meanings that RFC 6749 gives. The name of the error counts more than the status, on which the sources differ.
pub(crate) fn standard_refusal(refusal: &Refusal<'_>) -> Option<Refused> {
    use OutcomeClass::{AppConfig, Bug, ConfigError, ReauthRequired, Transient};
    Some(match refusal.error {
        Some("invalid_client") => Refused::Client,
        Some("invalid_grant") => Refused::Class(ReauthRequired),
        Some("unauthorized_client" | "invalid_scope") => Refused::Class(AppConfig),
        Some("invalid_request" | "unsupported_grant_type") => Refused::Class(Bug),
        Some("server_error" | "temporarily_unavailable") => Refused::Class(Transient),
        _ if refusal.status == 404 => Refused::Class(ConfigError),
        _ => return None,
    })
}

/// Why nothing was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotBought {
    /// Our client id or secret is refused. Another secret may do.
    ClientRefused,
    /// Anything else.
    Other(Verdict),
}

impl From<NotBought> for Outcome {
    /// The grant itself was asked, so there is nothing fresher to ask.
    fn from(not_bought: NotBought) -> Self {
        match not_bought {
            NotBought::ClientRefused => OutcomeClass::AppConfig.into(),
            NotBought::Other(verdict) => verdict.outcome(),
        }
    }
}

impl From<NotBought> for RefreshReport {
    fn from(not_bought: NotBought) -> Self {
        Self::Refused(not_bought.into())
    }
}

#[derive(Deserialize)]
struct ErrorDocument {
    error: String,
    #[serde(default, deserialize_with = "lenient_text")]
    error_description: Option<String>,
}

/// The tokens, or why there are none. Their life counts from `asked_at`, when the request was begun.
pub(super) fn read_tokens(
    answer: &Answer,
    dialect: &Dialect,
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Bought, NotBought> {
    (answer.status() == 200)
        .then(|| answer.json::<Success>())
        .flatten()
        .and_then(|success| bought(success, dialect, asked_at))
        .ok_or_else(|| not_bought(answer, dialect, now))
}

/// What an answer means that is not a good one.
pub(super) fn not_bought(answer: &Answer, dialect: &Dialect, now: DateTime<Utc>) -> NotBought {
    NotBought::Other(match answer.status() {
        429 => Verdict::throttled(retry_after(answer.headers(), now, MAX_WAIT), now),
        _ if answer.is_from_edge() => Verdict::of(OutcomeClass::EdgeBlocked),
        403 | 503 if answer.is_html() => Verdict::of(OutcomeClass::EdgeBlocked),
        500..=599 => Verdict::transient(answer, now),
        status @ 400..=499 => match refusal(answer, status, dialect) {
            Some(Refused::Client) => return NotBought::ClientRefused,
            Some(Refused::Class(OutcomeClass::Transient)) => Verdict::transient(answer, now),
            Some(Refused::Class(class)) => Verdict::of(class),
            Some(Refused::ForLong) => Verdict::throttled(Some(now + MAX_WAIT), now),
            None => Verdict::of_unlisted(answer, now),
        },
        _ => Verdict::of_unlisted(answer, now),
    })
}

fn refusal(answer: &Answer, status: u16, dialect: &Dialect) -> Option<Refused> {
    let document = answer.json::<ErrorDocument>();
    let description = document
        .as_ref()
        .and_then(|document| document.error_description.as_deref())
        .unwrap_or_default()
        .to_ascii_lowercase();
    (dialect.refusal)(&Refusal {
        status,
        error: document.as_ref().map(|document| document.error.as_str()),
        description: &description,
        answer,
    })
}

/// The class of an answer.
#[cfg(test)]
pub(crate) fn class_of(answer: &Answer, dialect: &Dialect) -> OutcomeClass {
    let now = DateTime::UNIX_EPOCH;
    match read_tokens(answer, dialect, now, now) {
        Ok(_) => OutcomeClass::Ok,
        Err(not_bought) => Outcome::from(not_bought).class,
    }
}
