//! How many requests a user may send, and how many failed logins an address.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use fluxori_domain::TenantScope;
use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};

use crate::{
    ApiSettings,
    problem::{Problem, ProblemKind},
};

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// draft-ietf-httpapi-ratelimit-headers.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// The limiters, shared by all workers.
pub(crate) struct Limits {
    callers: Limiter<Arc<TenantScope>>,
    failures: Limiter<IpAddr>,
    policy: HeaderValue,
    clock: DefaultClock,
}

/// What a caller has left.
#[derive(Debug, Clone)]
pub(crate) struct Headroom {
    policy: HeaderValue,
    remaining: u32,
}

impl Limits {
    pub(crate) fn new(settings: &ApiSettings) -> Self {
        let quota = |per_minute: u32, burst: u32| {
            let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
            Quota::per_minute(at_least_one(per_minute)).allow_burst(at_least_one(burst))
        };
        let callers = quota(settings.requests_per_minute, settings.requests_burst);
        let failures = quota(
            settings.login_failures_per_minute,
            settings.login_failures_per_minute,
        );
        let policy = format!(
            "\"caller\";q={};w={}",
            settings.requests_burst,
            callers.burst_size_replenished_in().as_secs().max(1)
        );
        Self {
            callers: RateLimiter::dashmap(callers).with_middleware(),
            failures: RateLimiter::dashmap(failures).with_middleware(),
            policy: HeaderValue::from_str(&policy).expect("digits and quotes are a header"),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a user.
    pub(crate) fn count(&self, scope: &Arc<TenantScope>) -> Result<Headroom, Problem> {
        match self.callers.check_key(scope) {
            Ok(state) => Ok(Headroom {
                policy: self.policy.clone(),
                remaining: state.remaining_burst_capacity(),
            }),
            Err(until) => Err(self
                .refused(&until, "You have sent too many requests.")
                .with_header(POLICY, self.policy.to_str().unwrap_or_default())),
        }
    }

    /// Counts a failed login from an address.
    pub(crate) fn count_failure(&self, address: IpAddr) -> Result<(), Problem> {
        self.count_against(address, "Too many requests without a valid access token.")
    }

    /// Counts, as a failed login, a request without one that led nowhere: a callback, a start or a message that is not what
    /// a marketplace sends.
    pub(crate) fn count_stray(&self, address: IpAddr) -> Result<(), Problem> {
        self.count_against(
            address,
            "Too many requests that are not what a marketplace sends.",
        )
    }

    /// Counts, as a failed login, a sign-in to the page that led nowhere.
    pub(crate) fn count_sign_in(&self, address: IpAddr) -> Result<(), Problem> {
        self.count_against(address, "Too many sign-ins that led nowhere.")
    }

    fn count_against(&self, address: IpAddr, detail: &'static str) -> Result<(), Problem> {
        match self.failures.check_key(&network(address)) {
            Ok(_) => Ok(()),
            Err(until) => Err(self.refused(&until, detail)),
        }
    }

    /// Forgets everybody who has been quiet long enough to have a full allowance again.
    pub(crate) fn forget_the_quiet(&self) {
        self.callers.retain_recent();
        self.callers.shrink_to_fit();
        self.failures.retain_recent();
        self.failures.shrink_to_fit();
    }

    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.callers.len() + self.failures.len()
    }

    fn refused(
        &self,
        until: &NotUntil<<DefaultClock as Clock>::Instant>,
        detail: &'static str,
    ) -> Problem {
        let seconds = whole_seconds(until.wait_time_from(self.clock.now()));
        Problem::new(ProblemKind::TooManyRequests, detail)
            .with_header(RETRY_AFTER, seconds.to_string())
            .with_header(STATE, format!("\"caller\";r=0;t={seconds}"))
    }
}

/// Adds what the caller has left to a response.
pub(crate) fn limited(headers: &mut HeaderMap, headroom: Headroom) {
    let state = format!("\"caller\";r={}", headroom.remaining);
    headers.insert(POLICY, headroom.policy);
    headers.insert(
        STATE,
        HeaderValue::from_str(&state).expect("digits and quotes are a header"),
    );
}

/// Whoever has one address of IPv6 has the other 2⁶⁴ of its network, too.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use fluxori_domain::{OrganizationId, UserId};

    use super::*;

    fn scope(user: &str) -> Arc<TenantScope> {
        Arc::new(TenantScope::new(
            OrganizationId::new("o").unwrap(),
            UserId::new(user).unwrap(),
        ))
    }

    #[test]
    fn one_user_does_not_use_up_what_another_may_send() {
        let limits = Limits::new(&ApiSettings {
            requests_per_minute: 1,
            requests_burst: 2,
            ..ApiSettings::default()
        });
        assert_eq!(limits.count(&scope("a")).unwrap().remaining, 1);
        assert_eq!(limits.count(&scope("a")).unwrap().remaining, 0);
        let refused = limits.count(&scope("a")).unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::TooManyRequests);
        let response = refused.response(None);
        assert_eq!(
            response.headers().get(POLICY).unwrap(),
            "\"caller\";q=2;w=120"
        );
        let wait: u64 = response
            .headers()
            .get(RETRY_AFTER)
            .unwrap()
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert!(limits.count(&scope("b")).is_ok());
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }

    #[test]
    fn who_has_a_full_allowance_is_forgotten() {
        let limits = |per_minute| {
            let limits = Limits::new(&ApiSettings {
                requests_per_minute: per_minute,
                requests_burst: 1,
                ..ApiSettings::default()
            });
            limits.count(&scope("a")).unwrap();
            limits.forget_the_quiet();
            limits.remembered()
        };
        assert_eq!(limits(1), 1, "still has to wait");
        // Sixty million a minute: the allowance is full again before the next line runs.
        assert_eq!(limits(60_000_000), 0);
    }
}
