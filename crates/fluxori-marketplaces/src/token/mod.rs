//! Token endpoints: who we are there, what is asked, and what the answers mean. Each marketplace adds its own
//! [`Dialect`] and nothing else.

mod answer;
mod application;
mod bought;
mod endpoint;
mod request;

#[cfg(test)]
pub(crate) use answer::class_of;
pub(crate) use answer::{Dialect, NotBought, Refusal, Refused, standard_refusal};
pub(crate) use application::{Application, filled, is_blank};
pub(crate) use bought::Bought;
pub(crate) use endpoint::TokenEndpoint;
pub(crate) use request::{StandardGrant, TokenRequest};

use fluxori_domain::{CredentialDocument, RefreshToken};

/// What buys new tokens, if the document holds it.
pub(crate) const fn refresh_token(document: &CredentialDocument) -> Option<&RefreshToken> {
    match document {
        CredentialDocument::Tokens { refresh_token, .. } => refresh_token.as_ref(),
        CredentialDocument::ApiKey { .. } => None,
    }
}
