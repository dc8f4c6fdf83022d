use chrono::{DateTime, Utc};

use super::Provider;

/// What one consent gave: at every moment one current refresh token, and what is left of the ones before.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) provider: Provider,
    /// The seller, the shop, or Xero's user.
    pub(super) account: String,
    pub(super) client_id: String,
    pub(super) scope: String,
    /// Xero's name of the consent.
    pub(super) auth_event: String,
    /// `None` for Shopify tokens that never expire.
    pub(super) current_refresh: Option<String>,
    pub(super) current_access: String,
    /// Tokens that were replaced and may still be used again.
    pub(super) superseded: Vec<String>,
    /// The current pair was used. At Shopify this ends the grace of the ones before.
    pub(super) is_pair_used: bool,
    pub(super) is_revoked: bool,
    /// Refreshes that gave tokens.
    pub(super) spent: u64,
    /// Refreshes that were refused.
    pub(super) refused: u64,
    /// Refreshes that gave tokens in an answer that never arrived whole.
    pub(super) lost: u64,
}

/// A refresh token that was once handed out.
#[derive(Debug)]
pub(super) struct RefreshToken {
    pub(super) grant: u64,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) state: RefreshState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefreshState {
    Current,
    /// Replaced, at this time.
    Superseded(DateTime<Utc>),
    /// Replaced for good.
    Void,
}

/// An access token that was once handed out.
#[derive(Debug)]
pub(super) struct AccessToken {
    pub(super) grant: u64,
    /// `None` for Shopify tokens that never expire.
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// An organisation that a Xero user connected to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Organisation {
    /// Xero's name of the connection.
    pub(in super::super) id: String,
    pub(in super::super) auth_event: String,
    pub(in super::super) tenant: String,
    pub(in super::super) name: String,
    pub(in super::super) connected_at: DateTime<Utc>,
}
