use actix_web::{HttpRequest, http::header::HeaderName};
use fluxori_domain::IdempotencyKey;

use crate::problem::{Problem, ProblemKind};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Reads `Idempotency-Key`, where there is one.
pub(crate) fn idempotency_key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Problem> {
    let mut sent = request.headers().get_all(HEADER);
    let key = match (sent.next(), sent.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value
            .to_str()
            .ok()
            .and_then(|text| IdempotencyKey::new(text).ok()),
        (Some(_), Some(_)) => None,
    };
    key.map(Some).ok_or_else(|| {
        Problem::new(
            ProblemKind::InvalidHeader,
            "Idempotency-Key must come once and have 1 to 128 visible ASCII characters.",
        )
    })
}
