use chrono::{DateTime, Utc};
use fluxori_domain::{Outcome, OutcomeClass};

use crate::http::{Answer, MAX_WAIT, Trouble, UNKNOWN_WAIT, retry_after};

/// What an answer means, before it is known whether a fresher token would have been accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No other token would change it.
    Final(Outcome),
    /// True only if the token was fresh: with an older one, buy a new one and call once more.
    IfFresh(OutcomeClass),
}

impl Verdict {
    pub(crate) const fn of(class: OutcomeClass) -> Self {
        Self::Final(Outcome {
            class,
            retry_at: None,
        })
    }

    /// Too many calls: until `at`, or for a minute when the marketplace does not say.
    pub(crate) fn throttled(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        Self::Final(Outcome::throttled(at.unwrap_or(now + UNKNOWN_WAIT)))
    }

    /// Trouble at the marketplace, which may say when it hopes to be back.
    pub(crate) fn transient(answer: &Answer, now: DateTime<Utc>) -> Self {
        Self::Final(Outcome {
            class: OutcomeClass::Transient,
            retry_at: retry_after(answer.headers(), now, MAX_WAIT),
        })
    }

    /// The outcome, if there is no fresher token to be had.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::Final(outcome) => outcome,
            Self::IfFresh(class) => class.into(),
        }
    }

    /// What answers mean that no table names. None of them condemns a credential.
    pub(crate) fn of_unlisted(answer: &Answer, now: DateTime<Utc>) -> Self {
        match answer.status() {
            // Moved for good: the address in our settings is wrong.
            301 | 308 => Self::of(OutcomeClass::ConfigError),
            405 | 406 | 411 | 413..=415 | 431 if !answer.is_html() => Self::of(OutcomeClass::Bug),
            _ if answer.is_html() => Self::of(OutcomeClass::EdgeBlocked),
            _ => Self::transient(answer, now),
        }
    }
}

impl From<Trouble> for Verdict {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::HostNotAllowed => Self::of(OutcomeClass::ConfigError),
            Trouble::Resting { until } => Self::Final(Outcome {
                class: OutcomeClass::Transient,
                retry_at: Some(until),
            }),
            Trouble::Busy { until } => Self::Final(Outcome::throttled(until)),
            Trouble::Timeout | Trouble::NameResolution | Trouble::Unreachable | Trouble::Broken => {
                Self::of(OutcomeClass::Transient)
            }
        }
    }
}

#[cfg(test)]
impl Verdict {
    /// The class, whether or not it depends on a fresh token.
    pub(crate) fn class(self) -> OutcomeClass {
        self.outcome().class
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Answer::fake(200, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(302, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(302, "", ""), OutcomeClass::Transient)]
    #[case(Answer::fake(301, "", ""), OutcomeClass::ConfigError)]
    #[case(Answer::fake(308, "text/html", "<html>"), OutcomeClass::ConfigError)]
    #[case(Answer::fake_json(415, "{}"), OutcomeClass::Bug)]
    #[case(Answer::fake_json(418, "{}"), OutcomeClass::Transient)]
    #[case(Answer::fake_json(200, "[1"), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(200), OutcomeClass::Transient)]
    fn an_unlisted_answer_says_nothing_about_the_credential(
        #[case] answer: Answer,
        #[case] class: OutcomeClass,
    ) {
        let verdict = Verdict::of_unlisted(&answer, DateTime::UNIX_EPOCH);
        assert_eq!(verdict.class(), class);
    }

    #[test]
    fn a_troubled_marketplace_may_say_when_to_come_back() {
        let answer = Answer::fake_json(503, "{}").with("retry-after", "120");
        let Verdict::Final(outcome) = Verdict::transient(&answer, DateTime::UNIX_EPOCH) else {
            panic!("no token changes that")
        };
        assert_eq!(outcome.retry_at.unwrap().timestamp(), 120);
    }
}
