//! From what the use cases say to what the caller reads: the one place, and no catch-all.

use actix_web::http::header::RETRY_AFTER;
use chrono::{DateTime, Utc};
use fluxori_connections::ConnectionError;
use fluxori_domain::{FieldProblem, Outcome, ports::StorageError};

use super::{Members, Problem, ProblemKind};
use crate::http::shown_name;

/// Seconds after which a caller may try again when the database or the secret store did not answer, and did not say when it will.
const RETRY_SECONDS: u32 = 5;

/// Where a credential's form is in a request.
const CREDENTIALS: &str = "credentials";
/// Where a consent's form is in a request.
pub(crate) const FIELDS: &str = "fields";

/// The problem that an error of a use case is, at `now`.
pub(crate) fn problem_of(error: ConnectionError, now: DateTime<Utc>) -> Problem {
    problem_in(CREDENTIALS, error, now)
}

/// The same for a request that has its form in `place`.
pub(crate) fn problem_in(
    place: &'static str,
    error: ConnectionError,
    now: DateTime<Utc>,
) -> Problem {
    use ProblemKind as Kind;
    match error {
        ConnectionError::NotFound => Problem::not_found(),
        ConnectionError::NotSupported { marketplace, .. } => Problem::new(
            Kind::NotSupported,
            format!(
                "{} cannot be connected in this way. GET /api/marketplaces lists the ways.",
                marketplace.display_name()
            ),
        ),
        ConnectionError::NotConfigured { marketplace, .. } => Problem::new(
            Kind::NotConfigured,
            format!(
                "The operator of this installation has not set up this way of connecting {}.",
                marketplace.display_name()
            ),
        ),
        ConnectionError::InvalidForm(form) => {
            let problems = form.problems.into_iter();
            Problem::invalid(problems.map(|problem| below(place, problem)).collect())
        }
        ConnectionError::NotConfirmed { outcome } => not_confirmed(outcome, now),
        ConnectionError::ChoiceRequired { choices } => Problem::new(
            Kind::ChoiceRequired,
            "The credential reaches several accounts. Send the request again and name one of choices.",
        )
        .with_members(Members {
            choices,
            ..Members::default()
        }),
        ConnectionError::AlreadyConnected { existing } => Problem::new(
            Kind::AlreadyConnected,
            "You have connected this account already. Replace the credential of that connection instead.",
        )
        .with_members(Members {
            existing: Some(existing),
            ..Members::default()
        }),
        ConnectionError::OtherAccount => Problem::new(
            Kind::OtherAccount,
            "The credential works for another account than this connection's. Make a new connection for it.",
        ),
        ConnectionError::Changed => Problem::new(
            Kind::Conflict,
            "The connection was changed at the same time. Read it again and repeat the change.",
        ),
        ConnectionError::IdempotencyInFlight => Problem::new(
            Kind::IdempotencyInFlight,
            "A request with this Idempotency-Key is still being worked on. Ask again in a moment.",
        )
        .with_header(RETRY_AFTER, "1"),
        ConnectionError::IdempotencyMismatch => Problem::new(
            Kind::IdempotencyMismatch,
            "This Idempotency-Key came with another request before. Make a new key for a new request.",
        ),
        ConnectionError::ReturnAddress => Problem::invalid_field(
            "returnTo",
            "is not an address that the operator allows browsers to return to",
        ),
        ConnectionError::Randomness
        | ConnectionError::Refresh(_)
        | ConnectionError::Secret(_)
        | ConnectionError::MalformedDocument(_)
        | ConnectionError::Storage(_) => of_our_own(error),
    }
}

/// Trouble with the database, outside of any use case.
pub(crate) fn of_storage(error: StorageError) -> Problem {
    of_our_own(ConnectionError::Storage(error))
}

fn not_confirmed(outcome: Outcome, now: DateTime<Utc>) -> Problem {
    let problem =
        Problem::new(ProblemKind::NotConfirmed, outcome.class.sentence()).with_members(Members {
            outcome: Some(outcome),
            ..Members::default()
        });
    match outcome.retry_at {
        Some(at) => {
            let seconds = (at - now).num_seconds().max(0) + 1;
            problem.with_header(RETRY_AFTER, seconds.to_string())
        }
        None => problem,
    }
}

/// Trouble with the database, the secret store or Google behind it. What exactly is for the log.
fn of_our_own(error: ConnectionError) -> Problem {
    let problem = if error.is_transient() {
        let asked = error.retry_after().map_or(0, |wait| wait.as_secs() + 1);
        let seconds = u32::try_from(asked).unwrap_or(u32::MAX);
        Problem::unavailable(
            "We cannot reach our own storage. Nothing was changed; try again in a moment.",
            seconds.max(RETRY_SECONDS),
        )
    } else {
        Problem::internal()
    };
    problem.caused_by(error)
}

/// Names a field of the form by its place in the request.
fn below(place: &'static str, problem: FieldProblem) -> FieldProblem {
    FieldProblem {
        field: match shown_name(&problem.field) {
            Some(name) => format!("{place}.{name}"),
            None => place.to_owned(),
        },
        message: problem.message,
    }
}
