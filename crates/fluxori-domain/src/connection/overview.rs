use crate::{Clocks, ConnectionId, ConnectionStatus, Label, Marketplace};

/// How a tenant's connections are, all of them at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// How many there are in each state, in the order of [`ConnectionStatus::NAMES`].
    pub by_status: [u64; ConnectionStatus::NAMES.len()],
    /// The one whose clocks run out next, of those that do not need the seller already.
    pub next_expiry: Option<Expiring>,
}

/// A connection that stops working at some time unless somebody does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// Which one.
    pub connection: ConnectionId,
    /// The seller's own name for it.
    pub label: Label,
    /// Where the account is.
    pub marketplace: Marketplace,
    /// When it runs out: [`Clocks::next`] is something.
    pub clocks: Clocks,
}

impl Overview {
    /// How many connections there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_status.iter().sum()
    }
}
