//! What the client's errors mean to the use cases.

use fluxori_domain::ports::{OutsideTrouble, SecretStoreError};

use crate::SecretManagerError;

/// The same error in the words of the port; the cause stays for the log.
pub(crate) fn store_error(error: SecretManagerError) -> SecretStoreError {
    use SecretManagerError as E;
    let trouble = match &error {
        E::PayloadTooLarge { limit } => return SecretStoreError::TooLarge { limit: *limit },
        E::DoesNotDecrypt { .. } => return SecretStoreError::DoesNotOpen,
        E::NotFound { .. } => OutsideTrouble::Missing,
        E::OtherProject | E::ProjectUnusable => OutsideTrouble::Project,
        E::VersionDestroyed { .. } => OutsideTrouble::Destroyed,
        E::VersionDisabled { .. } => OutsideTrouble::Disabled,
        E::PermissionDenied { .. } | E::PolicyRefused { .. } | E::ScopeMissing => {
            OutsideTrouble::Denied
        }
        E::Token(cause) if cause.is_transient() => OutsideTrouble::Unavailable,
        E::Unauthenticated | E::Token(_) => OutsideTrouble::Unauthenticated,
        E::Unavailable { .. } => OutsideTrouble::Unavailable,
        E::QuotaExceeded { .. } => OutsideTrouble::Quota,
        E::ChecksumMismatch { .. } => OutsideTrouble::Checksum,
        E::CmekUnusable { .. } | E::KeyUnusable { .. } => OutsideTrouble::Key,
        E::BillingDisabled => OutsideTrouble::Billing,
        E::ApiNotEnabled { .. } => OutsideTrouble::ApiDisabled,
        E::AlreadyExists { .. }
        | E::PreconditionFailed { .. }
        | E::InvalidArgument { .. }
        | E::UnexpectedAnswer { .. } => OutsideTrouble::Refused,
    };
    let retry_after = match &error {
        E::QuotaExceeded { retry_after, .. } => *retry_after,
        _ => None,
    };
    SecretStoreError::Outside {
        trouble,
        retry_after,
        cause: Box::new(error),
    }
}
