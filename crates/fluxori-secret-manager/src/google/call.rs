use std::time::Duration;

use reqwest::{Response, header::HeaderMap};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::{Resource, SecretManagerError};

/// The body of a success. Wiped, for it may hold a secret.
pub(crate) struct Answer {
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    pub(crate) const fn new(body: Zeroizing<Vec<u8>>) -> Self {
        Self { body }
    }

    /// The body as `T`.
    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        resource: &Resource,
    ) -> Result<T, SecretManagerError> {
        serde_json::from_slice(&self.body).map_err(|_| SecretManagerError::UnexpectedAnswer {
            resource: resource.clone(),
            what: "it is not the JSON that is documented",
        })
    }
}

/// The body of an answer, decompressed; `None` when it breaks off or is longer than `limit` bytes.
pub(crate) async fn read_capped(
    response: &mut Response,
    limit: usize,
) -> Option<Zeroizing<Vec<u8>>> {
    // At its full size from the start: growing would leave copies behind that nobody wipes.
    let announced = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    let mut body = Zeroizing::new(Vec::with_capacity(announced.unwrap_or(0).min(limit)));
    while let Some(chunk) = response.chunk().await.ok()? {
        let length = body.len() + chunk.len();
        if length > limit {
            return None;
        }
        if length > body.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity((length * 2).min(limit)));
            larger.extend_from_slice(&body);
            body = larger;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

/// `Retry-After` in whole seconds; a date is not believed, for it needs a clock that agrees with Google's.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(reqwest::header::RETRY_AFTER)?;
    value
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderValue, RETRY_AFTER};

    use super::*;

    #[test]
    fn a_wait_is_a_number_of_seconds() {
        let of = |text| {
            retry_after(&HeaderMap::from_iter([(
                RETRY_AFTER,
                HeaderValue::from_static(text),
            )]))
        };
        assert_eq!(of("30"), Some(Duration::from_secs(30)));
        assert_eq!(of("-1"), None);
        assert_eq!(of("Mon, 23 Nov 2026 10:02:00 GMT"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
