//! Secrets of our own applications that the marketplace makes us change from time to time.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Settings;

/// So many days ahead there is a warning.
const WARNINGS: [i64; 3] = [1, 7, 30];

/// A secret of ours that runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretExpiry {
    /// The setting that holds it.
    pub setting: &'static str,
    /// When it runs out.
    pub at: DateTime<Utc>,
}

impl SecretExpiry {
    /// All whose end is set.
    #[must_use]
    pub fn all_of(settings: &Settings) -> Vec<Self> {
        let amazon = &settings.amazon;
        let ends = amazon.client_secret_expires_at.map(|moment| Self {
            setting: "AMAZON_CLIENT_SECRET",
            at: moment.0,
        });
        ends.filter(|_| amazon.client_secret.is_some())
            .into_iter()
            .collect()
    }

    /// What the operator has to know at `now`, if it is time.
    #[must_use]
    pub fn warning(&self, now: DateTime<Utc>) -> Option<String> {
        self.stage(now).map(|_| self.sentence(now))
    }

    /// What is known, whether it is time or not.
    #[must_use]
    pub fn sentence(&self, now: DateTime<Utc>) -> String {
        let Self { setting, at } = self;
        let day = at.format("%Y-%m-%d %H:%M UTC");
        if *at <= now {
            return format!("{setting} has run out on {day}: make a new one at the marketplace");
        }
        let left = Left(*at - now);
        format!(
            "{setting} runs out on {day}, {left}: make a new one at the marketplace in time and keep this one as \
             {setting}_PREVIOUS"
        )
    }

    /// Smaller is more urgent; 0 is too late.
    fn stage(&self, now: DateTime<Utc>) -> Option<i64> {
        if self.at <= now {
            return Some(0);
        }
        WARNINGS
            .into_iter()
            .find(|days| self.at - now <= TimeDelta::days(*days))
    }
}

struct Left(TimeDelta);

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.num_days() {
            0 => f.write_str("within a day"),
            1 => f.write_str("within 2 days"),
            days => write!(f, "in {days} days"),
        }
    }
}

/// Warns once a stage, however often it is asked.
#[derive(Debug)]
pub struct ExpiryWatch(Vec<(SecretExpiry, Option<i64>)>);

impl ExpiryWatch {
    /// Watches over the secrets of these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let secrets = SecretExpiry::all_of(settings).into_iter();
        Self(secrets.map(|secret| (secret, None)).collect())
    }

    /// What the operator has to know and was not told yet.
    pub fn warnings(&mut self, now: DateTime<Utc>) -> Vec<String> {
        let mut warnings = Vec::new();
        for (secret, told) in &mut self.0 {
            let stage = secret.stage(now);
            if stage.is_some() && stage != *told {
                warnings.push(secret.sentence(now));
            }
            *told = stage;
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_warning_thirty_seven_and_one_days_ahead_and_when_it_is_too_late() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(180);
        let secret = SecretExpiry { setting: "X", at };
        let mut watch = ExpiryWatch(vec![(secret, None)]);
        let mut warned = Vec::new();
        for hours in 0..=(182 * 24) {
            let now = DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
            for warning in watch.warnings(now) {
                assert!(warning.starts_with("X "), "{warning}");
                warned.push((at - now).num_days());
            }
        }
        assert_eq!(warned, [30, 7, 1, 0]);
        assert_eq!(secret.warning(at - TimeDelta::days(31)), None);
        let late = secret.warning(at).unwrap();
        assert!(late.contains("has run out"), "{late}");
    }
}
