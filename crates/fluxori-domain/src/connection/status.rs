use crate::{InvalidText, OutcomeClass};

/// Whether a connection works. Each unhappy state carries the outcome class that led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// Never tested with its present secret.
    Pending,
    /// The latest verdict was good.
    Connected,
    /// Needs our or the operator's hand, or the seller's at the marketplace: a scope, a setting, a suspension.
    Error(OutcomeClass),
    /// Needs the seller to authorise again.
    Expired(OutcomeClass),
    /// The seller cut it at the provider.
    Disconnected(OutcomeClass),
}

impl ConnectionStatus {
    /// The names of the states, in the order of the states.
    pub const NAMES: &'static [&'static str] =
        &["pending", "connected", "error", "expired", "disconnected"];

    /// The fixed name of the state.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Connected => "connected",
            Self::Error(_) => "error",
            Self::Expired(_) => "expired",
            Self::Disconnected(_) => "disconnected",
        }
    }

    /// The outcome class that led to the state; none for a connection that was never tested.
    #[must_use]
    pub const fn reason(self) -> Option<OutcomeClass> {
        match self {
            Self::Pending => None,
            Self::Connected => Some(OutcomeClass::Ok),
            Self::Error(class) | Self::Expired(class) | Self::Disconnected(class) => Some(class),
        }
    }

    /// Puts together what [`ConnectionStatus::name`] and [`ConnectionStatus::reason`] took apart.
    ///
    /// # Errors
    /// [`InvalidText`] when the two do not make a state.
    pub fn from_parts(name: &str, reason: Option<OutcomeClass>) -> Result<Self, InvalidText> {
        let status = match (name, reason) {
            ("pending", None) => Self::Pending,
            ("connected", Some(OutcomeClass::Ok)) => Self::Connected,
            ("error", Some(class)) => Self::Error(class),
            ("expired", Some(class)) => Self::Expired(class),
            ("disconnected", Some(class)) => Self::Disconnected(class),
            _ => {
                return Err(InvalidText::Alphabet {
                    what: "a status",
                    rule: "be pending, connected, error, expired or disconnected, with its reason",
                });
            }
        };
        Ok(status)
    }

    /// The state after a test with this outcome.
    ///
    /// Trouble on the way, and an incident of our own application, never change a seller's status.
    #[must_use]
    pub const fn after(self, outcome: OutcomeClass) -> Self {
        match outcome {
            OutcomeClass::Ok => Self::Connected,
            OutcomeClass::ReauthRequired => Self::Expired(outcome),
            OutcomeClass::TenantDisconnected => Self::Disconnected(outcome),
            OutcomeClass::ScopeMissing
            | OutcomeClass::AccountSuspended
            | OutcomeClass::TokenKindObsolete
            | OutcomeClass::ConfigError
            | OutcomeClass::Bug => Self::Error(outcome),
            OutcomeClass::AppConfig
            | OutcomeClass::Throttled
            | OutcomeClass::Transient
            | OutcomeClass::EdgeBlocked => self,
        }
    }

    /// Whether only the seller can make it work again.
    #[must_use]
    pub const fn needs_seller(self) -> bool {
        matches!(self, Self::Expired(_) | Self::Disconnected(_))
    }
}
