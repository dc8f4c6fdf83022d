use std::time::Duration;

use bytes::Bytes;
use fluxori_domain::SecretText;
use reqwest::{Client, Response, header::CONTENT_TYPE};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{TokenError, TokenIssuer, key_file::TokenRequest};
use crate::{error::Trouble, google::read_capped};

/// Bytes read of an answer. A token has at most some kilobytes.
const MOST_BYTES: usize = 64 * 1024;

/// A token as it was handed out.
#[derive(Debug, Deserialize)]
pub(super) struct Issued {
    pub(super) access_token: SecretText,
    /// In seconds.
    pub(super) expires_in: u32,
}

/// How a token request failed.
pub(super) enum Refusal {
    /// The credentials are no good: an OAuth error that says so (RFC 6749 §5.2).
    Credentials,
    Error(TokenError),
}

#[derive(Deserialize)]
struct OAuthProblem {
    error: String,
}

/// Sends the request to its token endpoint.
pub(super) async fn exchange(
    http: &Client,
    request: &TokenRequest,
    timeout: Duration,
) -> Result<Issued, Refusal> {
    let send = http
        .post(request.endpoint.as_str())
        .timeout(timeout)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from_owner(Zeroizing::new(
            request.form.as_bytes().to_vec(),
        )))
        .send();
    let unavailable = |trouble| unavailable(TokenIssuer::TokenEndpoint, trouble);
    let mut response = send
        .await
        .map_err(|error| Refusal::Error(unavailable(trouble_of(&error))))?;
    let status = response.status().as_u16();
    match status {
        200 => issued(&mut response, TokenIssuer::TokenEndpoint)
            .await
            .map_err(Refusal::Error),
        400..=403 => {
            let body = read_capped(&mut response, MOST_BYTES).await;
            let problem =
                body.and_then(|bytes| serde_json::from_slice::<OAuthProblem>(&bytes).ok());
            match problem.as_ref().map(|problem| problem.error.as_str()) {
                Some(
                    "invalid_grant"
                    | "invalid_client"
                    | "unauthorized_client"
                    | "deleted_client"
                    | "disabled_client"
                    | "account_disabled"
                    | "access_denied",
                ) => Err(Refusal::Credentials),
                _ => Err(Refusal::Error(TokenError::UnexpectedAnswer)),
            }
        }
        408 | 429 | 500..=599 => Err(Refusal::Error(unavailable(Trouble::Fault))),
        _ => Err(Refusal::Error(TokenError::UnexpectedAnswer)),
    }
}

/// Reads the token out of a success.
pub(super) async fn issued(
    response: &mut Response,
    issuer: TokenIssuer,
) -> Result<Issued, TokenError> {
    let body = read_capped(response, MOST_BYTES)
        .await
        .ok_or_else(|| unavailable(issuer, Trouble::Interrupted))?;
    serde_json::from_slice(&body).map_err(|_| TokenError::UnexpectedAnswer)
}

pub(super) const fn unavailable(issuer: TokenIssuer, trouble: Trouble) -> TokenError {
    TokenError::Unavailable { issuer, trouble }
}

pub(super) fn trouble_of(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        Trouble::TimedOut
    } else if error.is_connect() {
        Trouble::NotReached
    } else {
        Trouble::Interrupted
    }
}
