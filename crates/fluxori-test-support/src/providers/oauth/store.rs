use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    Provider,
    codes::PendingCode,
    grant::{AccessToken, Grant, Organisation, RefreshState, RefreshToken},
    signing, values,
};

/// Everything that was handed out. Each operation is a few look-ups, so one lock serves all workers.
#[derive(Debug, Default)]
pub(in super::super) struct Grants {
    pub(super) by_id: HashMap<u64, Grant>,
    pub(super) refresh: HashMap<String, RefreshToken>,
    pub(super) access: HashMap<String, AccessToken>,
    pub(super) codes: HashMap<String, PendingCode>,
    /// By Xero user.
    pub(super) organisations: HashMap<String, Vec<Organisation>>,
    /// Shopify tokens that never expire, with the grant that replaced each and since when.
    pub(super) migrated: HashMap<String, (u64, DateTime<Utc>)>,
    /// The present pair of each shop.
    pub(super) shops: HashMap<String, u64>,
    /// Refreshes with a token that belongs to no grant.
    pub(super) refused_unknown: HashMap<Provider, u64>,
    next_id: u64,
}

/// A grant to be made.
#[derive(Debug, Clone)]
pub(super) struct NewGrant {
    pub(super) provider: Provider,
    pub(super) account: String,
    pub(super) client_id: String,
    pub(super) scope: String,
    pub(super) auth_event: String,
    /// Whether its access token expires, and a refresh token comes with it.
    pub(super) is_expiring: bool,
}

/// What a token endpoint hands out.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) grant: u64,
    pub(super) account: String,
    pub(super) client_id: String,
    pub(super) scope: String,
    pub(super) auth_event: String,
    pub(super) access: String,
    pub(super) refresh: Option<String>,
}

impl Grants {
    /// Makes a grant with its first tokens, of which the access token was made at `access_from`. At Shopify it
    /// revokes the pair that the shop had.
    pub(super) fn issue(&mut self, new: NewGrant, access_from: DateTime<Utc>) -> Tokens {
        self.next_id += 1;
        let id = self.next_id;
        let replaces_pair = new.provider == Provider::Shopify && new.is_expiring;
        if replaces_pair && let Some(before) = self.shops.insert(new.account.clone(), id) {
            self.revoke(before);
        }
        let refresh = new
            .is_expiring
            .then(|| values::make_refresh_token(new.provider));
        let grant = Grant {
            provider: new.provider,
            account: new.account,
            client_id: new.client_id,
            scope: new.scope,
            auth_event: new.auth_event,
            current_refresh: None,
            current_access: String::new(),
            superseded: Vec::new(),
            is_pair_used: false,
            is_revoked: false,
            spent: 0,
            refused: 0,
            lost: 0,
        };
        let access = make_access_token(&grant, access_from);
        self.by_id.insert(id, grant);
        self.hand_out(id, access, refresh, access_from)
    }

    /// Makes these the current tokens of a grant.
    pub(super) fn hand_out(
        &mut self,
        id: u64,
        access: String,
        refresh: Option<String>,
        now: DateTime<Utc>,
    ) -> Tokens {
        let grant = self.by_id.get_mut(&id).expect("it was just looked up");
        let life = grant.provider.access_life();
        self.access.insert(
            access.clone(),
            AccessToken {
                grant: id,
                expires_at: refresh.is_some().then(|| now + life),
            },
        );
        if let Some(refresh) = &refresh {
            self.refresh.insert(
                refresh.clone(),
                RefreshToken {
                    grant: id,
                    expires_at: now + grant.provider.refresh_life(),
                    state: RefreshState::Current,
                },
            );
        }
        grant.current_access.clone_from(&access);
        grant.current_refresh.clone_from(&refresh);
        grant.is_pair_used = false;
        Tokens {
            grant: id,
            account: grant.account.clone(),
            client_id: grant.client_id.clone(),
            scope: grant.scope.clone(),
            auth_event: grant.auth_event.clone(),
            access,
            refresh,
        }
    }

    /// Lets every access token of a marketplace run out now, but not the ones that never do.
    pub(in super::super) fn expire_access(&mut self, provider: Provider, now: DateTime<Utc>) {
        for token in self.access.values_mut() {
            let is_theirs = self.by_id[&token.grant].provider == provider;
            if is_theirs && let Some(end) = &mut token.expires_at {
                *end = now.min(*end);
            }
        }
    }

    /// Ends every grant of a marketplace, and all that they reached.
    pub(in super::super) fn end_all(&mut self, provider: Provider) {
        for grant in self.by_id.values_mut() {
            grant.is_revoked |= grant.provider == provider;
        }
        match provider {
            Provider::Amazon => {}
            Provider::Shopify => self.shops.clear(),
            Provider::Xero => self.organisations.clear(),
        }
    }

    /// Ends a grant: none of its tokens works any more.
    pub(super) fn revoke(&mut self, id: u64) {
        if let Some(grant) = self.by_id.get_mut(&id) {
            grant.is_revoked = true;
        }
    }
}

/// An access token for a grant, made at `now`.
pub(super) fn make_access_token(grant: &Grant, now: DateTime<Utc>) -> String {
    match grant.provider {
        Provider::Xero => signing::make_access_token(
            &signing::Claims {
                user: &grant.account,
                client_id: &grant.client_id,
                scope: &grant.scope,
                auth_event: &grant.auth_event,
            },
            now,
        ),
        other => values::make_opaque_access_token(other),
    }
}
