//! What sellers do at a marketplace apart from consenting: take an authorisation back, and give it again.

use super::{Behaviour, Provider, keys, state::State};

/// A marketplace, whichever way it is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marketplace {
    Takealot,
    Consented(Provider),
}

impl Marketplace {
    pub(super) const ALL: [Self; 4] = [
        Self::Takealot,
        Self::Consented(Provider::Amazon),
        Self::Consented(Provider::Shopify),
        Self::Consented(Provider::Xero),
    ];

    /// As it is called in addresses.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Takealot => "takealot",
            Self::Consented(provider) => provider.name(),
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The keys that work from the start.
    const fn keys(self) -> &'static [(&'static str, Behaviour)] {
        match self {
            Self::Takealot => &[(keys::TAKEALOT_GOOD, Behaviour::Good)],
            Self::Consented(Provider::Amazon) => &[(keys::AMAZON_GOOD, Behaviour::Good)],
            Self::Consented(Provider::Shopify) => &[(keys::SHOPIFY_GOOD, Behaviour::Good)],
            Self::Consented(Provider::Xero) => &[
                (keys::XERO_GOOD, Behaviour::Good),
                (keys::XERO_SEVERAL, Behaviour::SeveralAccounts),
            ],
        }
    }
}

impl State {
    /// Refuses the keys that worked so far, and ends everything that was consented to.
    pub(super) fn withdraw(&self, marketplace: Marketplace) {
        for (key, _) in marketplace.keys() {
            self.script(key, None, Behaviour::Refused);
        }
        if let Marketplace::Consented(provider) = marketplace {
            self.grants().end_all(provider);
        }
    }

    /// Whether these keys are accepted now.
    pub(super) fn accepts(&self, marketplace: Marketplace) -> bool {
        let mut keys = marketplace.keys().iter();
        keys.all(|(key, behaviour)| self.scripted_for_all(key).as_ref() == Some(behaviour))
    }

    /// Accepts those keys again. What was consented to needs another consent.
    pub(super) fn accept(&self, marketplace: Marketplace) {
        for (key, behaviour) in marketplace.keys() {
            self.script(key, None, behaviour.clone());
        }
    }
}
