//! Versions on the wire: `ETag`, `If-Match`, `If-None-Match` (RFC 9110, sections 8.8.3 and 13.1).
//!
//! A tag is the version of the connection, followed by the time of its last synchronisation, by the time at which
//! something runs out and by the warning about that, where there are such. A report of an adapter or a renewed token
//! changes what a reader sees but not the version, so it makes a cached copy stale without making a seller's edit fail:
//! `If-Match` looks at the version alone.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderName},
};
use chrono::{DateTime, Utc};
use fluxori_connections::ConnectionError;
use fluxori_domain::Connection;

use crate::problem::{Problem, ProblemKind};

/// The tag of a connection as it is seen at `now`, with its quotes.
pub(crate) fn tag_of(connection: &Connection, now: DateTime<Utc>) -> String {
    let synced_at = connection.last_sync.map(|sync| sync.at.timestamp_micros());
    let expires_at = connection.clocks.next().map(|(_, at)| at.timestamp());
    let warning = connection.clocks.warning_days(now).map(i64::from);
    let parts: String = [('s', synced_at), ('e', expires_at), ('w', warning)]
        .into_iter()
        .filter_map(|(mark, part)| Some(format!("-{mark}{}", part?)))
        .collect();
    format!("\"{}{parts}\"", connection.version)
}

/// Whether the caller has this copy already.
pub(crate) fn if_none_match(request: &HttpRequest, tag: &str) -> bool {
    request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|sent| sent == "*" || sent.strip_prefix("W/").unwrap_or(sent) == tag)
}

/// What `If-Match` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// No header: change whatever is there.
    Absent,
    /// `*`: change it if it is there.
    Any,
    /// Change only this version.
    Version(i64),
    /// A tag that none of ours can equal: weak, or of something else.
    Never,
}

impl IfMatch {
    /// The version that the use case must find.
    pub(crate) fn expected_version(self) -> Option<i64> {
        match self {
            Self::Absent | Self::Any => None,
            Self::Version(version) => Some(version),
            // Versions begin at 1.
            Self::Never => Some(0),
        }
    }

    /// With a condition, a change by somebody else means that the condition failed.
    pub(crate) fn explain(self, error: ConnectionError) -> Result<ConnectionError, Problem> {
        match (self, error) {
            (Self::Version(_) | Self::Never, ConnectionError::Changed) => Err(Problem::new(
                ProblemKind::PreconditionFailed,
                "The connection was changed since you read it. Read it again and repeat the change.",
            )),
            (_, error) => Ok(error),
        }
    }

    fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let mut sent = header_texts(request, header::IF_MATCH);
        let Some(first) = sent.next() else {
            return Ok(Self::Absent);
        };
        if sent.next().is_some() {
            return Err(malformed());
        }
        let text = first.ok_or_else(malformed)?;
        if text == "*" {
            return Ok(Self::Any);
        }
        let (weak, quoted) = match text.strip_prefix("W/") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let opaque = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|opaque| !opaque.contains('"'))
            .ok_or_else(malformed)?;
        if weak {
            return Ok(Self::Never);
        }
        Ok(version_of(opaque).map_or(Self::Never, Self::Version))
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

fn version_of(opaque: &str) -> Option<i64> {
    let version = opaque
        .split_once('-')
        .map_or(opaque, |(version, _)| version);
    version
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| version.parse().ok())?
}

fn header_texts(request: &HttpRequest, name: HeaderName) -> impl Iterator<Item = Option<&str>> {
    request
        .headers()
        .get_all(name)
        .map(|value| value.to_str().ok().map(str::trim))
}

fn malformed() -> Problem {
    Problem::new(
        ProblemKind::InvalidHeader,
        "If-Match must be * or one entity tag with its quotes, as ETag gave it.",
    )
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(values: &[&str]) -> Result<IfMatch, Problem> {
        let mut request = TestRequest::default();
        for value in values {
            request = request.append_header((header::IF_MATCH, *value));
        }
        IfMatch::read(&request.to_http_request())
    }

    #[test]
    fn a_tag_names_a_version() {
        assert_eq!(read(&[]).unwrap(), IfMatch::Absent);
        assert_eq!(read(&["*"]).unwrap(), IfMatch::Any);
        assert_eq!(read(&["\"3\""]).unwrap(), IfMatch::Version(3));
        assert_eq!(read(&["\"3-1700000000\""]).unwrap(), IfMatch::Version(3));
        assert_eq!(read(&["W/\"3\""]).unwrap(), IfMatch::Never);
        assert_eq!(read(&["\"abc\""]).unwrap(), IfMatch::Never);
        assert_eq!(read(&["\"99999999999999999999\""]).unwrap(), IfMatch::Never);
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for bad in [
            &["3"][..],
            &["\"3"],
            &[""],
            &["\"1\", \"2\""],
            &["\"1\"", "\"2\""],
            &["\"a\"b\""],
        ] {
            let problem = read(bad).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::InvalidHeader, "{bad:?}");
        }
    }
}
