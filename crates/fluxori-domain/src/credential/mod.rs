//! One secret document, where it is kept, and its clocks.

mod document;
mod plaintext;
mod stored;

use chrono::{DateTime, TimeDelta, Utc};

pub use document::{CredentialDocument, MalformedDocument};
pub use plaintext::Plaintext;
pub use stored::{Backend, Generation, SecretContext, StoredSecret};

use crate::{AuthType, CredentialId, Marketplace, TenantScope, text::named_enum};

/// A credential as the database knows it: everything but the secret in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its name for ever.
    pub id: CredentialId,
    /// Its owner.
    pub scope: TenantScope,
    /// Where it is valid.
    pub marketplace: Marketplace,
    /// How it came to us.
    pub auth_type: AuthType,
    /// Counts every stored change of the secret, from 1.
    pub generation: Generation,
    /// The secret as it is stored.
    pub secret: StoredSecret,
    /// When its parts run out.
    pub clocks: Clocks,
}

impl Credential {
    /// What the stored secret is bound to.
    #[must_use]
    pub fn secret_context(&self) -> SecretContext {
        SecretContext {
            organization: self.scope.organization.clone(),
            credential: self.id,
            marketplace: self.marketplace,
            generation: self.generation,
        }
    }
}

/// When the parts of a credential run out. Absent means: not known, or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clocks {
    /// The access token stops working (Amazon and Shopify one hour, Xero half an hour after issue).
    pub access_expires_at: Option<DateTime<Utc>>,
    /// The refresh token stops working if it is not used before (Xero 60 days, Shopify 90 days).
    pub refresh_expires_at: Option<DateTime<Utc>>,
    /// The seller must authorise again (Amazon, public applications, 365 days).
    pub authorisation_expires_at: Option<DateTime<Utc>>,
}

named_enum!(
    /// What runs out for good unless somebody does something. Access tokens are not among these: they are renewed all the time.
    ExpiryKind, "a clock of a credential" {
        /// The refresh token dies unless it is used. The server uses it in time; nearing this clock means that it could not.
        RefreshToken = "refresh_token",
        /// The marketplace wants the seller's consent anew.
        Authorisation = "authorisation",
    }
);

impl Clocks {
    /// What runs out next, and when.
    #[must_use]
    pub fn next(&self) -> Option<(ExpiryKind, DateTime<Utc>)> {
        [
            (ExpiryKind::RefreshToken, self.refresh_expires_at),
            (ExpiryKind::Authorisation, self.authorisation_expires_at),
        ]
        .into_iter()
        .filter_map(|(kind, at)| at.map(|at| (kind, at)))
        .min_by_key(|(_, at)| *at)
    }

    /// Sellers are warned so many days ahead: the smallest of 30, 7 and 1 that is not yet used up, or nothing when more
    /// time is left. `0` when it is too late.
    #[must_use]
    pub fn warning_days(&self, now: DateTime<Utc>) -> Option<u8> {
        let (_, at) = self.next()?;
        let left = at - now;
        [0, 1, 7, 30]
            .into_iter()
            .find(|days| left <= TimeDelta::days(i64::from(*days)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_clock_counts_and_warns_in_steps() {
        let now = DateTime::UNIX_EPOCH;
        let day = |days: i64| Some(now + TimeDelta::days(days));
        let clocks = |refresh, authorisation| Clocks {
            access_expires_at: day(0),
            refresh_expires_at: refresh,
            authorisation_expires_at: authorisation,
        };
        assert_eq!(Clocks::default().next(), None);
        assert_eq!(clocks(None, None).warning_days(now), None);
        for (days, warning) in [
            (31, None),
            (30, Some(30)),
            (8, Some(30)),
            (7, Some(7)),
            (1, Some(1)),
            (0, Some(0)),
            (-5, Some(0)),
        ] {
            assert_eq!(
                clocks(day(90), day(days)).warning_days(now),
                warning,
                "{days}"
            );
            assert_eq!(clocks(day(days), None).warning_days(now), warning, "{days}");
        }
        let next = clocks(day(20), day(10)).next().unwrap();
        assert_eq!(next.0, ExpiryKind::Authorisation);
    }
}
