use chrono::TimeDelta;

/// A marketplace that is connected by consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// Amazon's Selling Partner API: refresh tokens stay the same.
    Amazon,
    /// Shopify: refresh tokens rotate, one pair an app and shop.
    Shopify,
    /// Xero: refresh tokens rotate, one grant for several organisations.
    Xero,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Amazon, Self::Shopify, Self::Xero];

    /// As it is called in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amazon => "amazon",
            Self::Shopify => "shopify",
            Self::Xero => "xero",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// How long an access token works.
    pub(in super::super) const fn access_life(self) -> TimeDelta {
        TimeDelta::seconds(match self {
            Self::Amazon | Self::Shopify => 3600,
            Self::Xero => 1800,
        })
    }

    /// How long an unused refresh token works; Amazon names no end.
    pub(super) const fn refresh_life(self) -> TimeDelta {
        TimeDelta::days(match self {
            Self::Amazon => 36_500,
            Self::Shopify => 90,
            Self::Xero => 60,
        })
    }

    /// For how long a refresh token may be used again after it was replaced.
    pub(super) const fn grace(self) -> TimeDelta {
        match self {
            Self::Amazon => TimeDelta::zero(),
            Self::Shopify => TimeDelta::days(30),
            Self::Xero => TimeDelta::minutes(30),
        }
    }
}
