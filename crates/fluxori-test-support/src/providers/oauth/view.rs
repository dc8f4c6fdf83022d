//! What a test asks afterwards: how many grants were spent, and whether any was lost.

use chrono::{DateTime, Utc};

use super::{
    Provider, grant::RefreshState, rotation::worth, store::Grants, values::derive_fingerprint,
};

/// How refreshing went at one marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProviderCounts {
    /// Grants that were ever made.
    pub grants: u64,
    /// Of those, the ones that were not revoked.
    pub alive: u64,
    /// Refreshes that gave tokens.
    pub spent: u64,
    /// Of those, the ones whose answer never arrived whole.
    pub lost: u64,
    /// Refreshes that were refused, whoever's the token was.
    pub refused: u64,
}

/// The state of one grant, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    /// Its number.
    pub id: u64,
    /// At which marketplace.
    pub provider: Provider,
    /// The seller, the shop, or Xero's name of the user.
    pub account: String,
    /// Whether it was not revoked.
    pub is_alive: bool,
    /// Refreshes that gave tokens.
    pub spent: u64,
    /// Of those, the ones whose answer never arrived whole.
    pub lost: u64,
    /// Refreshes that were refused.
    pub refused: u64,
    /// SHA-256, in hexadecimal, of the refresh token that is current; `None` when it has none.
    pub current_refresh_sha256: Option<String>,
    /// The same of its newest access token.
    pub current_access_sha256: String,
}

/// What a refresh token would buy now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenState {
    /// New tokens: it is the newest one of its grant.
    Current,
    /// New tokens: it was replaced, but may still be used again.
    Retryable,
    /// Nothing any more.
    Dead,
    /// Nothing: it was never handed out here.
    Unknown,
}

impl Grants {
    pub(in super::super) fn counts(&self, provider: Provider) -> ProviderCounts {
        let refused = self.refused_unknown.get(&provider).copied();
        let mut counts = ProviderCounts {
            refused: refused.unwrap_or_default(),
            ..ProviderCounts::default()
        };
        for grant in self.by_id.values() {
            if grant.provider == provider {
                counts.grants += 1;
                counts.alive += u64::from(!grant.is_revoked);
                counts.spent += grant.spent;
                counts.lost += grant.lost;
                counts.refused += grant.refused;
            }
        }
        counts
    }

    pub(in super::super) fn view(&self, id: u64) -> Option<GrantView> {
        let grant = self.by_id.get(&id)?;
        Some(GrantView {
            id,
            provider: grant.provider,
            account: grant.account.clone(),
            is_alive: !grant.is_revoked,
            spent: grant.spent,
            lost: grant.lost,
            refused: grant.refused,
            current_refresh_sha256: grant.current_refresh.as_deref().map(derive_fingerprint),
            current_access_sha256: derive_fingerprint(&grant.current_access),
        })
    }

    /// All grants, in the order in which they were made.
    pub(in super::super) fn views(&self) -> Vec<GrantView> {
        let mut ids: Vec<_> = self.by_id.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| self.view(id)).collect()
    }

    pub(in super::super) fn token_state(&self, token: &str, now: DateTime<Utc>) -> TokenState {
        let Some(token) = self.refresh.get(token) else {
            return TokenState::Unknown;
        };
        match (worth(token, &self.by_id[&token.grant], now), token.state) {
            (Ok(()), RefreshState::Current) => TokenState::Current,
            (Ok(()), _) => TokenState::Retryable,
            (Err(_), _) => TokenState::Dead,
        }
    }

    /// Notes that the answer to a successful refresh did not arrive whole.
    pub(in super::super) fn count_lost(&mut self, id: u64) {
        if let Some(grant) = self.by_id.get_mut(&id) {
            grant.lost += 1;
        }
    }

    /// Ends a grant, as a person does in the marketplace's own pages.
    pub(in super::super) fn end(&mut self, id: u64) {
        self.revoke(id);
    }
}
