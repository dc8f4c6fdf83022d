//! What an access token is worth when the API is called with it.

use chrono::{DateTime, Utc};

use super::{Provider, grant::RefreshState, store::Grants};

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Holder {
    pub(in super::super) provider: Provider,
    pub(in super::super) account: String,
    pub(in super::super) scope: String,
}

/// What an access token is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Access {
    Live(Holder),
    Expired,
    Revoked,
    /// Nothing that was handed out here.
    Unknown,
}

impl Grants {
    /// Looks at an access token that an API was called with. At Shopify this is what ends the grace of older tokens.
    pub(in super::super) fn use_access(&mut self, token: &str, now: DateTime<Utc>) -> Access {
        let Some(entry) = self.access.get(token) else {
            return Access::Unknown;
        };
        let grant = self
            .by_id
            .get_mut(&entry.grant)
            .expect("tokens outlive no grant");
        // A Xero token is a signed statement: it stays true until it expires, whatever becomes of its connections.
        if grant.is_revoked && grant.provider != Provider::Xero {
            return Access::Revoked;
        }
        if entry.expires_at.is_some_and(|end| end <= now) {
            return Access::Expired;
        }
        if token == grant.current_access {
            grant.is_pair_used = true;
            if grant.provider == Provider::Shopify {
                for old in grant.superseded.drain(..) {
                    if let Some(old) = self.refresh.get_mut(&old) {
                        old.state = RefreshState::Void;
                    }
                }
            }
        }
        Access::Live(Holder {
            provider: grant.provider,
            account: grant.account.clone(),
            scope: grant.scope.clone(),
        })
    }
}
