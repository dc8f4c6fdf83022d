use std::{io, path::PathBuf};

use crate::error::Trouble;

/// Who hands out tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenIssuer {
    /// The token endpoint that the credentials file names.
    TokenEndpoint,
    /// The metadata server of the machine, the node pool or the Cloud Run service.
    MetadataServer,
}

impl std::fmt::Display for TokenIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TokenEndpoint => "Google's token endpoint",
            Self::MetadataServer => "the metadata server",
        })
    }
}

/// Why there is no access token, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Nothing is configured, and this is no machine of Google's.
    #[error(
        "no Google credentials were found: attach a service account to the machine or pod, or name a key file in GOOGLE_APPLICATION_CREDENTIALS, or, for development, run: gcloud auth application-default login"
    )]
    NoCredentials,
    /// The credentials file cannot be read.
    #[error("the Google credentials file {} cannot be read: {kind}", path.display())]
    FileUnreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// The credentials file is not one.
    #[error("the Google credentials file {} is not usable: {what}", path.display())]
    FileMalformed {
        /// Which.
        path: PathBuf,
        /// What is wrong, in fixed words.
        what: &'static str,
    },
    /// `invalid_grant` and its kin: the key was deleted, disabled or has expired, the account is disabled, the log-in was
    /// revoked, or the clock of this machine is wrong.
    #[error(
        "Google refuses the credentials in {}: the key or log-in has expired or was revoked, or the clock of this machine is wrong; make a new key, or run: gcloud auth application-default login", path.display()
    )]
    Refused {
        /// The file that they are in.
        path: PathBuf,
    },
    /// The metadata server knows no service account for us.
    #[error(
        "the metadata server has no service account for this machine or pod; attach one, or bind the Kubernetes service account to it"
    )]
    NoServiceAccount,
    /// No answer that says anything. Trying again may help.
    #[error("{issuer} is not available: {trouble}")]
    Unavailable {
        /// Who.
        issuer: TokenIssuer,
        /// How.
        trouble: Trouble,
    },
    /// An answer without a token in it.
    #[error("the answer to the request for an access token is not as documented")]
    UnexpectedAnswer,
}

impl TokenError {
    /// Whether a token may be had later without anybody changing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
