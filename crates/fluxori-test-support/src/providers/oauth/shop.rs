//! What befalls a shop's grants besides rotation.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::keys,
    Provider,
    store::{Grants, NewGrant, Tokens},
};

/// For how long a migration can be asked for again.
const MIGRATION_GRACE: TimeDelta = TimeDelta::days(7);

impl Grants {
    /// Turns a token that never expires into a pair; asked again within seven days, it is the same pair, as long as
    /// that one was not replaced. `scripted` tokens belong to no grant, so their word is taken.
    pub(super) fn migrate(
        &mut self,
        client_id: &str,
        subject: &str,
        shop: &str,
        is_scripted: bool,
        now: DateTime<Utc>,
    ) -> Option<Tokens> {
        if let Some((id, at)) = self.migrated.get(subject).copied() {
            return self.repeat_migration(id, shop, now < at + MIGRATION_GRACE);
        }
        let scope = self.subject_scope(subject, shop, is_scripted)?;
        let new = NewGrant {
            provider: Provider::Shopify,
            account: shop.to_owned(),
            client_id: client_id.to_owned(),
            scope,
            auth_event: String::new(),
            is_expiring: true,
        };
        let tokens = self.issue(new, now);
        self.migrated
            .insert(subject.to_owned(), (tokens.grant, now));
        Some(tokens)
    }

    /// Checks a token to be migrated, ends it, and returns its scopes.
    fn subject_scope(&mut self, subject: &str, shop: &str, is_scripted: bool) -> Option<String> {
        if is_scripted {
            return Some(keys::SHOPIFY_SCOPES.to_owned());
        }
        let token = self.access.get(subject)?;
        let id = token.grant;
        let never_expires = token.expires_at.is_none();
        let grant = &self.by_id[&id];
        let is_good = never_expires && !grant.is_revoked && grant.account == shop;
        let scope = grant.scope.clone();
        is_good.then(|| self.revoke(id)).map(|()| scope)
    }

    fn repeat_migration(&self, id: u64, shop: &str, is_in_time: bool) -> Option<Tokens> {
        let grant = self.by_id.get(&id)?;
        let is_same = is_in_time && grant.spent == 0 && !grant.is_revoked && grant.account == shop;
        is_same.then(|| Tokens {
            grant: id,
            account: grant.account.clone(),
            client_id: grant.client_id.clone(),
            scope: grant.scope.clone(),
            auth_event: grant.auth_event.clone(),
            access: grant.current_access.clone(),
            refresh: grant.current_refresh.clone(),
        })
    }

    /// Ends every grant of a shop.
    pub(in super::super) fn uninstall(&mut self, shop: &str) {
        for grant in self.by_id.values_mut() {
            if grant.provider == Provider::Shopify && grant.account == shop {
                grant.is_revoked = true;
            }
        }
        self.shops.remove(shop);
    }
}
