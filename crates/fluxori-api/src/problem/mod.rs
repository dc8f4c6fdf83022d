//! Problem documents (RFC 9457): what a caller reads when something did not work, apart from what the log gets.

mod connection;
mod document;
mod kind;
pub(crate) mod page;
mod responses;

use std::{borrow::Cow, error::Error, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderName},
    },
};
use fluxori_domain::{ConnectionId, FieldProblem, Outcome};
use fluxori_domain::{ports::AccountChoice, telemetry::events};

pub(crate) use connection::{FIELDS, of_storage, problem_in, problem_of};
pub(crate) use document::ProblemView;
pub(crate) use kind::ProblemKind;
pub(crate) use responses::{documented_responses, problems};

/// Something that did not work.
pub(crate) struct Problem(Box<Parts>);

struct Parts {
    kind: ProblemKind,
    detail: Cow<'static, str>,
    members: Members,
    headers: Vec<(HeaderName, String)>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// The extension members of a document.
#[derive(Debug, Default)]
pub(crate) struct Members {
    pub(crate) errors: Vec<FieldProblem>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) choices: Vec<AccountChoice>,
    pub(crate) existing: Option<ConnectionId>,
}

impl Problem {
    /// A problem and a sentence for the caller.
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: detail.into(),
            members: Members::default(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// Fields that have to be corrected.
    pub(crate) fn invalid(errors: Vec<FieldProblem>) -> Self {
        Self::new(
            ProblemKind::ValidationFailed,
            "Correct the fields named in errors.",
        )
        .with_members(Members {
            errors,
            ..Members::default()
        })
    }

    /// One field that has to be corrected.
    pub(crate) fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// Nothing here, for this caller: always the same words.
    pub(crate) fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "There is nothing at this address.")
    }

    /// A defect or a wrong setting of ours. The cause belongs to it, for the log.
    pub(crate) fn internal() -> Self {
        Self::new(
            ProblemKind::Internal,
            "Nothing you can mend. Give the requestId to the operator of this installation.",
        )
    }

    /// Something that a request needs does not answer: try again in so many seconds.
    pub(crate) fn unavailable(detail: &'static str, seconds: u32) -> Self {
        Self::new(ProblemKind::Unavailable, detail)
            .with_header(header::RETRY_AFTER, seconds.to_string())
    }

    /// The same problem with extension members.
    pub(crate) fn with_members(mut self, members: Members) -> Self {
        self.0.members = members;
        self
    }

    /// The same problem with a response header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    /// The same problem with its cause, which only the log gets.
    pub(crate) fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Which kind it is.
    pub(crate) fn kind(&self) -> ProblemKind {
        self.0.kind
    }

    /// Writes it to the log, once: where the response is sent.
    pub(crate) fn log(&self) {
        let kind = self.0.kind.slug();
        if let Some(cause) = &self.0.cause {
            tracing::error!(
                event = events::REQUEST_FAILED,
                kind,
                cause = %Chain(cause.as_ref()),
                "request failed"
            );
        } else {
            tracing::debug!(
                event = events::REQUEST_REFUSED,
                kind,
                detail = %self.0.detail,
                "request refused"
            );
        }
    }

    /// The response, for the request with this id.
    pub(crate) fn response(&self, request_id: Option<&str>) -> HttpResponse {
        let parts = &self.0;
        let mut response = HttpResponse::build(parts.kind.status());
        for (name, value) in &parts.headers {
            response.insert_header((name.clone(), value.as_str()));
        }
        let document = ProblemView::new(parts.kind, &parts.detail, &parts.members, request_id);
        response
            .content_type("application/problem+json")
            .body(serde_json::to_vec(&document).expect("a document of texts and times is JSON"))
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Problem({})", self.0.kind.slug())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.title())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.response(None)
    }
}

/// A handler panicked. The panic hook has reported where; what it said may quote anything, so it is dropped.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
pub(crate) struct Panicked;

/// An error and everything below it, on one line.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_for_the_log_only() {
        let problem = Problem::new(ProblemKind::Internal, "Tell the operator.")
            .caused_by(std::io::Error::other("canary-cause"));
        let printed = format!("{problem:?} {problem}");
        assert!(!printed.contains("canary"), "{printed}");
        let body = actix_web::body::to_bytes(problem.response(Some("r")).into_body());
        let body = futures_util::FutureExt::now_or_never(body)
            .unwrap()
            .unwrap();
        assert!(!body.windows(6).any(|window| window == b"canary"));
    }
}
