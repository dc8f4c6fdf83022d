use chrono::{DateTime, Utc};

use crate::AccountId;

/// A message as it came, not yet known to be authentic.
#[derive(Clone, Copy)]
pub struct WebhookRequest<'a> {
    /// The value of a header, by its lower-case name; `None` when it is absent or came twice.
    pub header: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The body, byte for byte: this is what is signed.
    pub body: &'a [u8],
}

/// An authentic message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// The marketplace's own name of this delivery; a repeated one is ignored.
    pub id: String,
    /// What it says.
    pub topic: WebhookTopic,
    /// Of which account.
    pub account: AccountId,
    /// When it happened at the marketplace.
    pub triggered_at: DateTime<Utc>,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookTopic {
    /// The seller removed our application: its tokens are dead.
    Uninstalled,
    /// The marketplace asks that what is kept of the account be erased.
    EraseAccount,
    /// It asks about a customer of the seller. We keep nothing about customers.
    CustomerData,
}

/// Why a message is not acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookProblem {
    /// The signature is missing or not the marketplace's, or nothing is set up to check it with.
    #[error("the signature does not fit")]
    Forged,
    /// Authentic, but a header is missing or malformed.
    #[error("the message is not one that the marketplace describes")]
    Malformed,
    /// Authentic, but of a topic that nobody here subscribed to.
    #[error("the topic is not known")]
    UnknownTopic,
}
