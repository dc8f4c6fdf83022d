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
mod tests {
    use chrono::TimeDelta;

    use super::{
        super::{Access, Seed, TokenState},
        *,
    };

    const SHOP: &str = "a.myshopify.com";
    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn spend(
        grants: &mut Grants,
        provider: Provider,
        token: &str,
        at: TimeDelta,
    ) -> Result<Tokens, Dead> {
        let spending = Spending {
            provider,
            client_id: super::super::super::keys::client_id(provider),
            token,
            shop: None,
        };
        grants.spend(spending, START + at)
    }

    fn refresh(tokens: Result<Tokens, Dead>) -> String {
        tokens.unwrap().refresh.unwrap()
    }

    #[test]
    fn a_xero_token_works_again_for_thirty_minutes_and_not_a_second_longer() {
        let mut grants = Grants::default();
        let first = grants
            .seed(Seed::new(Provider::Xero, "ada"), START)
            .refresh_token;
        let second = refresh(spend(
            &mut grants,
            Provider::Xero,
            &first,
            TimeDelta::zero(),
        ));
        let in_time = TimeDelta::minutes(30) - TimeDelta::microseconds(1);
        let third = refresh(spend(&mut grants, Provider::Xero, &first, in_time));
        assert_ne!(second, third);
        let late = spend(&mut grants, Provider::Xero, &first, TimeDelta::minutes(30));
        assert_eq!(late.unwrap_err(), Dead::Superseded);
        // What nobody received keeps a grace of its own, from when it was replaced.
        refresh(spend(
            &mut grants,
            Provider::Xero,
            &second,
            TimeDelta::minutes(59),
        ));
        let counts = grants.counts(Provider::Xero);
        assert_eq!((counts.spent, counts.refused), (3, 1));
    }

    #[test]
    fn an_unused_token_ends_at_its_published_age() {
        for (provider, days) in [(Provider::Xero, 60), (Provider::Shopify, 90)] {
            let mut grants = Grants::default();
            let token = grants.seed(Seed::new(provider, SHOP), START).refresh_token;
            let late = spend(&mut grants, provider, &token, TimeDelta::days(days));
            assert_eq!(late.unwrap_err(), Dead::Expired);
            let in_time = TimeDelta::days(days) - TimeDelta::seconds(1);
            refresh(spend(&mut grants, provider, &token, in_time));
        }
    }

    #[test]
    fn a_shopify_token_works_again_until_the_new_access_token_is_used() {
        let mut grants = Grants::default();
        let first = grants
            .seed(Seed::new(Provider::Shopify, SHOP), START)
            .refresh_token;
        let lost = refresh(spend(
            &mut grants,
            Provider::Shopify,
            &first,
            TimeDelta::zero(),
        ));
        let again = spend(&mut grants, Provider::Shopify, &first, TimeDelta::days(29)).unwrap();
        // One active pair: the one that nobody received is gone.
        assert_eq!(grants.token_state(&lost, START), TokenState::Dead);
        assert_eq!(grants.token_state(&first, START), TokenState::Retryable);

        let used = grants.use_access(&again.access, START + TimeDelta::days(29));
        assert!(matches!(used, Access::Live(_)), "{used:?}");
        let late = spend(&mut grants, Provider::Shopify, &first, TimeDelta::days(29));
        assert_eq!(late.unwrap_err(), Dead::Superseded);
    }

    #[test]
    fn a_shopify_token_works_again_until_the_new_refresh_token_is_used() {
        let mut grants = Grants::default();
        let first = grants
            .seed(Seed::new(Provider::Shopify, SHOP), START)
            .refresh_token;
        let second = refresh(spend(
            &mut grants,
            Provider::Shopify,
            &first,
            TimeDelta::zero(),
        ));
        refresh(spend(
            &mut grants,
            Provider::Shopify,
            &second,
            TimeDelta::days(1),
        ));
        assert_eq!(grants.token_state(&first, START), TokenState::Dead);
        assert_eq!(grants.token_state(&second, START), TokenState::Retryable);
    }

    #[test]
    fn a_shopify_token_works_again_for_thirty_days_at_most() {
        let mut grants = Grants::default();
        let first = grants
            .seed(Seed::new(Provider::Shopify, SHOP), START)
            .refresh_token;
        refresh(spend(
            &mut grants,
            Provider::Shopify,
            &first,
            TimeDelta::zero(),
        ));
        let late = spend(&mut grants, Provider::Shopify, &first, TimeDelta::days(30));
        assert_eq!(late.unwrap_err(), Dead::Superseded);
    }

    #[test]
    fn a_shop_has_one_pair() {
        let mut grants = Grants::default();
        let before = grants.seed(Seed::new(Provider::Shopify, SHOP), START);
        let present = grants.seed(Seed::new(Provider::Shopify, SHOP), START);
        let other = grants.seed(Seed::new(Provider::Shopify, "b.myshopify.com"), START);
        assert_eq!(
            grants.use_access(&before.access_token, START),
            Access::Revoked
        );
        let dead = spend(
            &mut grants,
            Provider::Shopify,
            &before.refresh_token,
            TimeDelta::zero(),
        );
        assert_eq!(dead.unwrap_err(), Dead::Revoked);
        for alive in [present, other] {
            refresh(spend(
                &mut grants,
                Provider::Shopify,
                &alive.refresh_token,
                TimeDelta::zero(),
            ));
        }
    }

    #[test]
    fn amazon_echoes_the_same_token() {
        let mut grants = Grants::default();
        let seeded = grants.seed(Seed::new(Provider::Amazon, "A1").expired(), START);
        assert_eq!(
            grants.use_access(&seeded.access_token, START),
            Access::Expired
        );
        let again = spend(
            &mut grants,
            Provider::Amazon,
            &seeded.refresh_token,
            TimeDelta::zero(),
        );
        assert_eq!(refresh(again), seeded.refresh_token);
    }

    #[test]
    fn a_token_is_of_no_use_to_another_application() {
        let mut grants = Grants::default();
        let token = grants
            .seed(Seed::new(Provider::Xero, "ada"), START)
            .refresh_token;
        let spending = Spending {
            provider: Provider::Xero,
            client_id: "another",
            token: &token,
            shop: None,
        };
        assert_eq!(grants.spend(spending, START).unwrap_err(), Dead::Unknown);
        assert_eq!(grants.token_state(&token, START), TokenState::Current);
    }
}
