//! Spending a refresh token, under each marketplace's rules.

use chrono::{DateTime, Utc};

use super::{
    Provider,
    grant::{Grant, RefreshState, RefreshToken},
    store::{Grants, Tokens, make_access_token},
    values,
};

/// Who wants to spend a refresh token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spending<'a> {
    pub(super) provider: Provider,
    pub(super) client_id: &'a str,
    pub(super) token: &'a str,
    /// The shop whose address was called.
    pub(super) shop: Option<&'a str>,
}

/// Why a refresh token buys nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dead {
    /// Never handed out here, or to somebody else.
    Unknown,
    /// The whole grant ended.
    Revoked,
    /// Not used for too long.
    Expired,
    /// Replaced, and the time to use it again is over.
    Superseded,
}

impl Grants {
    /// Spends a refresh token on new tokens.
    ///
    /// Using a replaced token again within its grace makes yet another pair. At Xero the pair that it replaces keeps
    /// its own grace. At Shopify, which knows one active pair, that one dies: nobody has used it.
    pub(super) fn spend(
        &mut self,
        spending: Spending<'_>,
        now: DateTime<Utc>,
    ) -> Result<Tokens, Dead> {
        let id = match self.check(spending, now) {
            Ok(id) => id,
            Err(dead) => {
                self.count_refusal(spending);
                return Err(dead);
            }
        };
        let grant = self.by_id.get_mut(&id).expect("it was just looked up");
        grant.spent += 1;
        let access = make_access_token(grant, now);
        if grant.provider == Provider::Amazon {
            let same = grant.current_refresh.clone();
            return Ok(self.hand_out(id, access, same, now));
        }
        retire(grant, spending.token, &mut self.refresh, now);
        if grant.provider == Provider::Shopify && spending.token_is_old(grant) {
            let unused = grant.current_access.clone();
            self.access.remove(&unused);
        }
        let refresh = values::make_refresh_token(spending.provider);
        Ok(self.hand_out(id, access, Some(refresh), now))
    }

    fn check(&self, spending: Spending<'_>, now: DateTime<Utc>) -> Result<u64, Dead> {
        let token = self.refresh.get(spending.token).ok_or(Dead::Unknown)?;
        let grant = &self.by_id[&token.grant];
        let is_theirs = grant.provider == spending.provider
            && grant.client_id == spending.client_id
            && spending.shop.is_none_or(|shop| shop == grant.account);
        if !is_theirs {
            return Err(Dead::Unknown);
        }
        worth(token, grant, now).map(|()| token.grant)
    }

    fn count_refusal(&mut self, spending: Spending<'_>) {
        let known = self.refresh.get(spending.token).map(|token| token.grant);
        match known.and_then(|id| self.by_id.get_mut(&id)) {
            Some(grant) => grant.refused += 1,
            None => *self.refused_unknown.entry(spending.provider).or_default() += 1,
        }
    }
}

impl Spending<'_> {
    fn token_is_old(&self, grant: &Grant) -> bool {
        grant.current_refresh.as_deref() != Some(self.token)
    }
}

/// Whether a refresh token would buy anything now.
pub(super) fn worth(token: &RefreshToken, grant: &Grant, now: DateTime<Utc>) -> Result<(), Dead> {
    if grant.is_revoked {
        return Err(Dead::Revoked);
    }
    if token.expires_at <= now {
        return Err(Dead::Expired);
    }
    match token.state {
        RefreshState::Current => Ok(()),
        RefreshState::Superseded(at) if now < at + grant.provider.grace() => Ok(()),
        RefreshState::Superseded(_) | RefreshState::Void => Err(Dead::Superseded),
    }
}

/// Makes room for a new pair, bought with `spent`.
fn retire(
    grant: &mut Grant,
    spent: &str,
    tokens: &mut std::collections::HashMap<String, RefreshToken>,
    now: DateTime<Utc>,
) {
    let is_shopify = grant.provider == Provider::Shopify;
    let Some(current) = grant.current_refresh.clone() else {
        return;
    };
    let is_retry = current != spent;
    if is_shopify && !is_retry {
        // Its first use, which ends the grace of the ones before.
        for old in grant.superseded.drain(..) {
            if let Some(old) = tokens.get_mut(&old) {
                old.state = RefreshState::Void;
            }
        }
    }
    let state = if is_shopify && is_retry {
        RefreshState::Void
    } else {
        RefreshState::Superseded(now)
    };
    if let Some(token) = tokens.get_mut(&current) {
        token.state = state;
    }
    if state != RefreshState::Void {
        grant.superseded.push(current);
    }
}

#[cfg(test)]
mod tests;
