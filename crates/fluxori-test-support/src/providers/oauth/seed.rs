use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::keys,
    Provider,
    store::{Grants, NewGrant},
    values,
};

/// A grant to begin with, without a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    provider: Provider,
    account: String,
    scope: String,
    is_expired: bool,
    never_expires: bool,
    organisations: usize,
}

impl Seed {
    /// A grant of this account: the seller at Amazon, the shop at Shopify, the name of a user at Xero.
    #[must_use]
    pub fn new(provider: Provider, account: impl Into<String>) -> Self {
        let scope = match provider {
            Provider::Amazon => "",
            Provider::Shopify => keys::SHOPIFY_SCOPES,
            Provider::Xero => keys::XERO_SEED_SCOPES,
        };
        Self {
            provider,
            account: account.into(),
            scope: scope.to_owned(),
            is_expired: false,
            never_expires: false,
            organisations: 1,
        }
    }

    /// A name for the account of this number.
    pub(in super::super) fn nth_account(provider: Provider, number: u64) -> String {
        match provider {
            Provider::Amazon => format!("A1SEEDED{number:06}"),
            Provider::Shopify => format!("seeded-{number}.myshopify.com"),
            Provider::Xero => format!("seeded-user-{number}"),
        }
    }

    /// Its access token ran out a minute ago.
    #[must_use]
    pub const fn expired(mut self) -> Self {
        self.is_expired = true;
        self
    }

    /// Its access token never runs out, and there is no refresh token (Shopify).
    #[must_use]
    pub const fn without_expiry(mut self) -> Self {
        self.never_expires = true;
        self
    }

    /// It reaches this many organisations (Xero).
    #[must_use]
    pub const fn organisations(mut self, count: usize) -> Self {
        self.organisations = count;
        self
    }

    /// It has these scopes.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }
}

/// A live grant, as an application would hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededGrant {
    /// Its number, by which its state can be asked for.
    pub id: u64,
    /// At which marketplace.
    pub provider: Provider,
    /// The seller, the shop, or Xero's name of the user.
    pub account: String,
    /// Its access token.
    pub access_token: String,
    /// Its refresh token; empty when it never expires.
    pub refresh_token: String,
    /// When the access token runs out, or ran out.
    pub expires_at: DateTime<Utc>,
    /// What it reaches (Xero).
    pub organisations: Vec<SeededOrganisation>,
}

/// An organisation that a seeded grant reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededOrganisation {
    /// Xero's name of the connection.
    pub connection_id: String,
    /// Xero's name of the organisation.
    pub tenant_id: String,
    /// How it is called.
    pub name: String,
}

impl Grants {
    pub(in super::super) fn seed(&mut self, seed: Seed, now: DateTime<Utc>) -> SeededGrant {
        let provider = seed.provider;
        let is_xero = provider == Provider::Xero;
        let auth_event = values::make_uuid().to_string();
        let account = if is_xero {
            values::derive_uuid(&seed.account).to_string()
        } else {
            seed.account.clone()
        };
        if is_xero {
            let chosen: Vec<_> = (1..=seed.organisations)
                .map(|number| {
                    let name = format!("{} Books {number}", seed.account);
                    (values::derive_uuid(&name).to_string(), name)
                })
                .collect();
            self.connect(&account, &chosen, &auth_event, now);
        }
        let made_at = if seed.is_expired {
            now - provider.access_life() - TimeDelta::minutes(1)
        } else {
            now
        };
        let grant = NewGrant {
            provider,
            account: account.clone(),
            client_id: keys::client_id(provider).to_owned(),
            scope: seed.scope,
            auth_event,
            is_expiring: !seed.never_expires,
        };
        let tokens = self.issue(grant, made_at);
        SeededGrant {
            id: tokens.grant,
            provider,
            organisations: self.seeded_organisations(&account),
            account,
            access_token: tokens.access,
            refresh_token: tokens.refresh.unwrap_or_default(),
            expires_at: made_at + provider.access_life(),
        }
    }

    /// Makes a refresh token that is written down somewhere a live one, of a user with these organisations.
    pub(in super::super) fn adopt(
        &mut self,
        seed: Seed,
        refresh: &str,
        organisations: &[(&str, &str)],
        now: DateTime<Utc>,
    ) {
        let seeded = self.seed(seed, now);
        let named: Vec<_> = organisations
            .iter()
            .map(|(tenant, name)| ((*tenant).to_owned(), (*name).to_owned()))
            .collect();
        let auth_event = self.by_id[&seeded.id].auth_event.clone();
        self.connect(&seeded.account, &named, &auth_event, now);
        self.refresh.remove(&seeded.refresh_token);
        let access = seeded.access_token;
        self.hand_out(seeded.id, access, Some(refresh.to_owned()), now);
    }

    fn seeded_organisations(&self, user: &str) -> Vec<SeededOrganisation> {
        let connected = self.organisations.get(user).into_iter().flatten();
        connected
            .map(|one| SeededOrganisation {
                connection_id: one.id.clone(),
                tenant_id: one.tenant.clone(),
                name: one.name.clone(),
            })
            .collect()
    }
}
