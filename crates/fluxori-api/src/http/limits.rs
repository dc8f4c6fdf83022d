//! How many requests a user and an address may send, and how many failed logins.

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
    admission::refused::{ADDRESS, CALLER, LOGINS, refused},
    problem::{Problem, ProblemKind},
};

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// draft-ietf-httpapi-ratelimit-headers.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// The limiters, shared by all workers.
pub(crate) struct Limits {
    callers: Limiter<Arc<TenantScope>>,
    addresses: Option<Limiter<IpAddr>>,
    failures: Limiter<IpAddr>,
    caller_policy: HeaderValue,
    address_policy: HeaderValue,
    clock: DefaultClock,
}

/// What a caller, or an address, has left.
#[derive(Debug, Clone)]
pub(crate) struct Headroom {
    name: &'static str,
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
        let protection = &settings.protection;
        let addresses = quota(
            protection.address_requests_per_minute,
            protection.address_requests_burst,
        );
        let is_limited = protection.address_requests_per_minute > 0;
        Self {
            callers: RateLimiter::dashmap(callers).with_middleware(),
            addresses: is_limited.then(|| RateLimiter::dashmap(addresses).with_middleware()),
            failures: RateLimiter::dashmap(failures).with_middleware(),
            caller_policy: policy(CALLER, callers),
            address_policy: policy(ADDRESS, addresses),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a user.
    pub(crate) fn count(&self, scope: &Arc<TenantScope>) -> Result<Headroom, Problem> {
        match self.callers.check_key(scope) {
            Ok(state) => Ok(Headroom {
                name: CALLER,
                policy: self.caller_policy.clone(),
                remaining: state.remaining_burst_capacity(),
            }),
            Err(until) => {
                let problem = self.refused(CALLER, &until, "You have sent too many requests.");
                Err(with_policy(problem, &self.caller_policy))
            }
        }
    }

    /// Counts a request from an address, whoever sends it.
    pub(crate) fn count_address(&self, address: IpAddr) -> Result<Option<Headroom>, Problem> {
        let Some(addresses) = &self.addresses else {
            return Ok(None);
        };
        match addresses.check_key(&network(address)) {
            Ok(state) => Ok(Some(Headroom {
                name: ADDRESS,
                policy: self.address_policy.clone(),
                remaining: state.remaining_burst_capacity(),
            })),
            Err(until) => {
                let detail = "Too many requests from your address.";
                let problem = self.refused(ADDRESS, &until, detail);
                Err(with_policy(problem, &self.address_policy))
            }
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
            Err(until) => Err(self.refused(LOGINS, &until, detail)),
        }
    }

    /// Forgets everybody who has been quiet long enough to have a full allowance again.
    pub(crate) fn forget_the_quiet(&self) {
        self.callers.retain_recent();
        self.callers.shrink_to_fit();
        for addresses in self.addresses.iter().chain([&self.failures]) {
            addresses.retain_recent();
            addresses.shrink_to_fit();
        }
    }

    #[cfg(test)]
    fn remembered(&self) -> usize {
        let addresses = self.addresses.iter().chain([&self.failures]);
        self.callers.len() + addresses.map(RateLimiter::len).sum::<usize>()
    }

    fn refused(
        &self,
        reason: &'static str,
        until: &NotUntil<<DefaultClock as Clock>::Instant>,
        detail: &'static str,
    ) -> Problem {
        refused(reason);
        let seconds = whole_seconds(until.wait_time_from(self.clock.now()));
        Problem::new(ProblemKind::TooManyRequests, detail)
            .with_header(RETRY_AFTER, seconds.to_string())
            .with_header(STATE, format!("\"{reason}\";r=0;t={seconds}"))
    }
}

fn policy(name: &str, quota: Quota) -> HeaderValue {
    let window = quota.burst_size_replenished_in().as_secs().max(1);
    let text = format!("\"{name}\";q={};w={window}", quota.burst_size());
    HeaderValue::from_str(&text).expect("letters, digits and quotes are a header")
}

fn with_policy(problem: Problem, policy: &HeaderValue) -> Problem {
    problem.with_header(POLICY, policy.to_str().unwrap_or_default())
}

/// Adds what is left to a response that does not say so already: the caller's own allowance is nearer than that of their
/// address.
pub(crate) fn limited(headers: &mut HeaderMap, headroom: Headroom) {
    if headers.contains_key(STATE) {
        return;
    }
    let state = format!("\"{}\";r={}", headroom.name, headroom.remaining);
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
