//! The only vocabulary in which a provider's answer reaches the rest of the system.

use chrono::{DateTime, Utc};

use crate::text::named_enum;

named_enum!(
    /// What an answer of a provider means for a connection.
    OutcomeClass, "an outcome class" {
        /// The credential works.
        Ok = "ok",
        /// The provider says that the grant or key is dead: the seller must authorise again.
        ReauthRequired = "reauth_required",
        /// The credential is alive but may not do this: a role, scope or plan is missing.
        ScopeMissing = "scope_missing",
        /// Our own application credential is refused: an incident of the operator's, of no seller's.
        AppConfig = "app_config",
        /// The seller's account is frozen, locked or unpaid at the provider.
        AccountSuspended = "account_suspended",
        /// The seller disconnected this account at the provider.
        TenantDisconnected = "tenant_disconnected",
        /// The provider no longer accepts this kind of token.
        TokenKindObsolete = "token_kind_obsolete",
        /// Too many calls: wait.
        Throttled = "throttled",
        /// The provider or the way to it is troubled; nothing was learnt about the credential.
        Transient = "transient",
        /// Something in front of the provider refused us; nothing was learnt about the credential.
        EdgeBlocked = "edge_blocked",
        /// The provider does not know the address that we called: a setting is wrong.
        ConfigError = "config_error",
        /// The provider says that our request was malformed.
        Bug = "bug",
    }
);

impl OutcomeClass {
    /// A fixed sentence for the seller: what it means and what to do.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Ok => "The credential works.",
            Self::ReauthRequired => {
                "The marketplace no longer accepts this credential. Connect again or paste a new one."
            }
            Self::ScopeMissing => {
                "The credential works, but the marketplace does not let it read what we need. \
                 Check its roles or scopes, and the region."
            }
            Self::AppConfig => {
                "The marketplace refused our application, not your account. \
                 There is nothing for you to do; the operator has to mend it."
            }
            Self::AccountSuspended => {
                "The marketplace has suspended, locked or frozen this account. \
                 Settle it with the marketplace, then test again."
            }
            Self::TenantDisconnected => {
                "This account was disconnected at the marketplace. Connect again to use it."
            }
            Self::TokenKindObsolete => {
                "The marketplace no longer accepts this kind of token. Connect again to get a new kind."
            }
            Self::Throttled => {
                "There are too many requests to the marketplace at the moment. \
                 Nothing is wrong with the credential; try again later."
            }
            Self::Transient => {
                "The marketplace could not be reached or is troubled. \
                 Nothing is wrong with the credential; try again later."
            }
            Self::EdgeBlocked => {
                "A protection in front of the marketplace refused our request. \
                 Nothing is wrong with the credential; try again later."
            }
            Self::ConfigError => {
                "The marketplace does not know what we asked for. \
                 Check the shop, region or account settings of this connection."
            }
            Self::Bug => {
                "The marketplace could not understand our request. \
                 There is nothing for you to do; the operator has to mend it."
            }
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Transient | Self::EdgeBlocked)
    }
}

/// A class, and when to try again where the provider said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// What the answer means.
    pub class: OutcomeClass,
    /// Not before this time, for [`OutcomeClass::Throttled`] and transient trouble.
    pub retry_at: Option<DateTime<Utc>>,
}

impl From<OutcomeClass> for Outcome {
    fn from(class: OutcomeClass) -> Self {
        Self {
            class,
            retry_at: None,
        }
    }
}

impl Outcome {
    /// Not before `until`: the provider asked for it, or what we allow ourselves is used up.
    #[must_use]
    pub const fn throttled(until: DateTime<Utc>) -> Self {
        Self {
            class: OutcomeClass::Throttled,
            retry_at: Some(until),
        }
    }
}
