use std::{
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    Clock, Marketplace,
    telemetry::{
        PROVIDER_CALLS_IN_FLIGHT, PROVIDER_CALLS_REFUSED, PROVIDER_CALLS_WAITING,
        PROVIDER_HOSTS_RESTING, events,
    },
};
use metrics::{Counter, Gauge, counter, gauge};
use url::Url;

use super::{
    HostRule, Trouble,
    breaker::{Change, Fate},
    places::{Place, Places},
    watch::{Tickets, Watch},
};

/// What shops are called together where each of them is called `shop`.
const ALL_SHOPS: &str = "all_shops";

/// Which hosts of one marketplace may be called, and whether a call may be made now: not to a host that fails, and not more at
/// once than there are places.
pub(crate) struct Gate {
    sites: Vec<Site>,
    places: Places,
    marketplace: Marketplace,
    host_down: Counter,
    too_many: Counter,
    clock: Arc<dyn Clock>,
}

/// A host, or those of all shops.
struct Site {
    rule: HostRule,
    /// What it is called in logs and metrics.
    name: &'static str,
    watch: Mutex<Watch>,
    resting: Gauge,
    resting_shops: Option<Gauge>,
}

impl Gate {
    /// To these hosts, each with its name in logs and metrics, and to no others.
    pub(crate) fn new(
        marketplace: Marketplace,
        concurrent_calls: NonZeroU32,
        hosts: impl IntoIterator<Item = (&'static str, HostRule)>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let at = marketplace.as_str();
        let resting = |host| {
            let gauge = gauge!(PROVIDER_HOSTS_RESTING, "marketplace" => at, "host" => host);
            gauge.set(0.0);
            gauge
        };
        let sites = hosts.into_iter().map(|(name, rule)| {
            let of_shops = rule.is_of_shops();
            Site {
                resting: resting(if of_shops { ALL_SHOPS } else { name }),
                resting_shops: of_shops.then(|| resting(name)),
                watch: Mutex::default(),
                rule,
                name,
            }
        });
        let refused =
            |reason| counter!(PROVIDER_CALLS_REFUSED, "marketplace" => at, "reason" => reason);
        let most = usize::try_from(concurrent_calls.get()).unwrap_or(usize::MAX);
        Self {
            sites: sites.collect(),
            places: Places::new(
                most,
                gauge!(PROVIDER_CALLS_IN_FLIGHT, "marketplace" => at),
                gauge!(PROVIDER_CALLS_WAITING, "marketplace" => at),
            ),
            marketplace,
            host_down: refused("host_down"),
            too_many: refused("too_many"),
            clock,
        }
    }

    /// Lets a call to `url` through, after waiting for its turn for as long as `patience` lasts; at once if it has leave already.
    ///
    /// # Errors
    /// [`Trouble::HostNotAllowed`]; [`Trouble::Resting`] at once while the host is left alone; [`Trouble::Busy`] when too many
    /// calls are under way and wait.
    pub(super) async fn admit(
        self: &Arc<Self>,
        url: &Url,
        pass: Option<Pass>,
        patience: Duration,
    ) -> Result<Pass, Trouble> {
        let index = self.sites.iter().position(|site| site.rule.allows(url));
        let site = index.ok_or(Trouble::HostNotAllowed)?;
        let shop = self.sites[site].rule.shop(url);
        if let Some(pass) = pass
            && pass.site == site
            && pass.tickets.shop() == shop
        {
            return Ok(pass);
        }
        let now = self.clock.now();
        let resting = self.sites[site].lock().resting_until(shop, now);
        if let Some(until) = resting {
            return Err(self.refuse(until));
        }
        let Some(place) = self.places.take(patience).await else {
            self.too_many.increment(1);
            return Err(Trouble::Busy {
                until: self.clock.now() + TimeDelta::from_std(patience).unwrap_or_default(),
            });
        };
        // The host may have failed while this call waited.
        let admitted = self.sites[site].lock().admit(shop, self.clock.now());
        let tickets = admitted.map_err(|until| self.refuse(until))?;
        Ok(Pass {
            gate: Arc::clone(self),
            site,
            tickets,
            fate: Fate::Unknown,
            _place: place,
        })
    }

    fn refuse(&self, until: DateTime<Utc>) -> Trouble {
        self.host_down.increment(1);
        Trouble::Resting { until }
    }

    fn settle(&self, site: usize, tickets: &Tickets, fate: Fate) {
        let site = &self.sites[site];
        let mut watch = site.lock();
        let changes = watch.settle(tickets, fate, self.clock.now());
        let is_resting = watch.is_resting();
        let shops = changes.shop.map_or(0, |_| watch.resting_shops());
        drop(watch);
        let is_of_shops = site.resting_shops.is_some();
        if let Some(change) = changes.all {
            site.resting.set(if is_resting { 1.0 } else { 0.0 });
            self.tell(change, if is_of_shops { ALL_SHOPS } else { site.name });
        }
        if let (Some(change), Some(gauge)) = (changes.shop, &site.resting_shops) {
            #[expect(clippy::cast_precision_loss, reason = "a thousand at most")]
            gauge.set(shops as f64);
            self.tell(change, site.name);
        }
    }

    fn tell(&self, change: Change, host: &'static str) {
        let marketplace = self.marketplace;
        match change {
            Change::Opened => tracing::warn!(
                event = events::MARKETPLACE_HOST_FAILS,
                %marketplace,
                host,
                "a host of a marketplace fails: it is left alone, and asked by one call at a time whether it is back"
            ),
            Change::Closed => {
                tracing::info!(
                    event = events::MARKETPLACE_HOST_ANSWERS,
                    %marketplace,
                    host,
                    "a host of a marketplace answers again"
                );
            }
        }
    }
}

#[cfg(test)]
impl Gate {
    /// To these hosts, whose names do not matter.
    pub(crate) fn to(hosts: impl IntoIterator<Item = HostRule>) -> Self {
        let named = hosts.into_iter().map(|host| ("host", host));
        let clock = Arc::new(fluxori_domain::SystemClock);
        Self::new(Marketplace::Xero, NonZeroU32::MIN, named, clock)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("marketplace", &self.marketplace)
            .finish_non_exhaustive()
    }
}

impl Site {
    fn lock(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to make one call. Dropped without one, or in the middle of one, it says nothing about the host.
#[derive(Debug)]
pub(crate) struct Pass {
    gate: Arc<Gate>,
    site: usize,
    tickets: Tickets,
    fate: Fate,
    _place: Place,
}

impl Pass {
    /// The call was made; whether the host answered it, and not by saying that it is in trouble.
    pub(super) fn settle(mut self, is_well: bool) {
        self.fate = if is_well {
            Fate::Answered
        } else {
            Fate::Failed
        };
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.gate.settle(self.site, &self.tickets, self.fate);
    }
}
