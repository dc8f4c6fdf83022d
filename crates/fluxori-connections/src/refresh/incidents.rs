use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use fluxori_domain::{Marketplace, telemetry::events};

use super::pace;

/// Marketplaces that refuse our application at the moment: nobody's tokens are refreshed there for a while, and one
/// alarm is raised rather than one a seller.
#[derive(Debug, Default)]
pub(crate) struct Incidents(Mutex<HashMap<Marketplace, DateTime<Utc>>>);

impl Incidents {
    /// Until when the application of this marketplace rests.
    pub(super) fn resting_until(
        &self,
        marketplace: Marketplace,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = known.get(&marketplace).copied()?;
        (until > now && until <= now + pace::INCIDENT).then_some(until)
    }

    /// The application was refused. Says until when it rests.
    pub(super) fn begin(&self, marketplace: Marketplace, now: DateTime<Utc>) -> DateTime<Utc> {
        let until = now + pace::INCIDENT;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.insert(marketplace, until).is_none() {
            tracing::error!(
                event = events::APPLICATION_REFUSED,
                %marketplace,
                "the marketplace refuses our application: check its client id and secret. No seller is affected yet, \
                 but no token is renewed until this is mended"
            );
        }
        until
    }

    /// The application was accepted.
    pub(super) fn end(&self, marketplace: Marketplace) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.remove(&marketplace).is_some() {
            tracing::info!(
                event = events::APPLICATION_ACCEPTED,
                %marketplace,
                "the marketplace accepts our application again"
            );
        }
    }
}
