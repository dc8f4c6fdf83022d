use std::time::Duration;

use crate::{InvalidName, KeyName, Resource, Service, TokenError};

/// How a service was not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No connection: no such host, nobody there, no trust in its certificate.
    NotReached,
    /// No answer in time.
    TimedOut,
    /// The connection broke before the answer was whole.
    Interrupted,
    /// An answer saying that the service has a fault or is overloaded.
    Fault,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotReached => "it cannot be reached",
            Self::TimedOut => "it does not answer in time",
            Self::Interrupted => "the connection broke",
            Self::Fault => "it reports a fault",
        })
    }
}

/// Why Google did not do what was asked. Carries names that we made, and no text that Google sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretManagerError {
    /// It is not there. Google says this only to callers who may look.
    #[error("{resource} does not exist")]
    NotFound {
        /// What is not there.
        resource: Resource,
    },
    /// Somebody else made it before.
    #[error("{resource} exists already")]
    AlreadyExists {
        /// What exists.
        resource: Resource,
    },
    /// The caller may not do this, or the resource does not exist: Google does not tell which.
    #[error("the permission {permission} on {resource} is missing; {role} has it")]
    PermissionDenied {
        /// The permission.
        permission: &'static str,
        /// A predefined role that has it.
        role: &'static str,
        /// On what.
        resource: Resource,
    },
    /// Google does not accept the access token, not even a fresh one.
    #[error("Google does not accept the access token")]
    Unauthenticated,
    /// The token may not be used for this service at all, whatever the account may do.
    #[error(
        "the access token lacks the scope cloud-platform; give it to the virtual machine or node pool"
    )]
    ScopeMissing,
    /// No token to call with.
    #[error("there is no access token for Google")]
    Token(#[from] TokenError),
    /// The service cannot be had at present.
    #[error("{service} is not available: {trouble}")]
    Unavailable {
        /// Which.
        service: Service,
        /// How.
        trouble: Trouble,
        /// Whether what was asked may have been done all the same.
        maybe_done: bool,
    },
    /// Too many calls a minute, as Google or our own pacing says. Nothing was done.
    #[error("the quota of the project at {service} is used up")]
    QuotaExceeded {
        /// Of which service.
        service: Service,
        /// When to try again, if that is known.
        retry_after: Option<Duration>,
    },
    /// The bytes that arrived are not the bytes that were sent. After adding a version: the version may exist.
    #[error("the checksum of {resource} is wrong")]
    ChecksumMismatch {
        /// Of what.
        resource: Resource,
    },
    /// Its payload was destroyed for ever.
    #[error("{resource} was destroyed")]
    VersionDestroyed {
        /// Which.
        resource: Resource,
    },
    /// Somebody disabled it; enabling it brings it back.
    #[error("{resource} is disabled; enable it in Secret Manager")]
    VersionDisabled {
        /// Which.
        resource: Resource,
    },
    /// The project pays for nothing.
    #[error("billing is not enabled for the project")]
    BillingDisabled,
    /// The service is switched off in the project.
    #[error("{} is not enabled in the project; run: gcloud services enable {}", service, service.name())]
    ApiNotEnabled {
        /// Which.
        service: Service,
    },
    /// There is no such project, it is suspended, or the caller may not use it.
    #[error("the project does not exist, is suspended, or may not be used; check GCP_PROJECT_ID")]
    ProjectUnusable,
    /// A policy of the organization forbids it: a service perimeter, or where resources may lie.
    #[error("a policy of the organization forbids access to {resource}")]
    PolicyRefused {
        /// To what.
        resource: Resource,
    },
    /// The key of ours under which Secret Manager encrypts is disabled, destroyed, or closed to Secret Manager.
    #[error(
        "Secret Manager cannot use the Cloud KMS key of {resource}: it is disabled, destroyed, or closed to Secret Manager's service agent"
    )]
    CmekUnusable {
        /// Whose key.
        resource: Resource,
    },
    /// A key in Cloud KMS, or its primary version, is disabled or destroyed.
    #[error("key {key} is disabled or destroyed")]
    KeyUnusable {
        /// Which.
        key: KeyName,
    },
    /// What was to be decrypted was not encrypted under this key for this purpose, or was changed.
    #[error("the value does not decrypt under key {key}")]
    DoesNotDecrypt {
        /// Under which.
        key: KeyName,
    },
    /// Google finds the resource in a state that does not allow this.
    #[error("the state of {resource} does not allow this")]
    PreconditionFailed {
        /// Which.
        resource: Resource,
    },
    /// More than Google takes; not sent.
    #[error("the payload is longer than {limit} bytes")]
    PayloadTooLarge {
        /// The most bytes.
        limit: usize,
    },
    /// Google, or we ourselves, find something wrong with what was asked.
    #[error("not acceptable: {what}")]
    InvalidArgument {
        /// What, in fixed words.
        what: &'static str,
    },
    /// A name that belongs to another project than the configured one.
    #[error("a stored name belongs to another project than GCP_PROJECT_ID says")]
    OtherProject,
    /// An answer that is not as documented. After a change: it may have been done.
    #[error("an answer about {resource} is not as documented: {what}")]
    UnexpectedAnswer {
        /// About what.
        resource: Resource,
        /// What is wrong, in fixed words.
        what: &'static str,
    },
}

impl SecretManagerError {
    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            // Of these, a checksum may be right when the bytes are read once more.
            Self::Unavailable { .. }
            | Self::QuotaExceeded { .. }
            | Self::ChecksumMismatch { .. } => true,
            Self::Token(error) => error.is_transient(),
            _ => false,
        }
    }

    /// Whether Google may have done what was asked, although it did not say so in a way we understood.
    #[must_use]
    pub const fn may_have_happened(&self) -> bool {
        matches!(
            self,
            Self::Unavailable {
                maybe_done: true,
                ..
            } | Self::ChecksumMismatch { .. }
                | Self::UnexpectedAnswer { .. }
        )
    }
}

impl From<InvalidName> for SecretManagerError {
    fn from(InvalidName { what }: InvalidName) -> Self {
        Self::InvalidArgument { what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_resource_and_what_to_do() {
        let secret = crate::SecretId::new("fluxori-1").unwrap();
        let denied = SecretManagerError::PermissionDenied {
            permission: "secretmanager.versions.access",
            role: "roles/secretmanager.secretAccessor",
            resource: Resource::Secret(secret),
        };
        assert_eq!(
            denied.to_string(),
            "the permission secretmanager.versions.access on secret fluxori-1 is missing; \
             roles/secretmanager.secretAccessor has it"
        );
        let disabled = SecretManagerError::ApiNotEnabled {
            service: Service::KeyManagement,
        };
        assert_eq!(
            disabled.to_string(),
            "Cloud KMS is not enabled in the project; run: gcloud services enable cloudkms.googleapis.com"
        );
    }
}
