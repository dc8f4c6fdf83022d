use std::time::Duration;

use serde::Deserialize;

use super::TrustedProxies;
use crate::SettingsError;

/// How much the server takes on at once, and how long it puts up with anything.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProtectionSettings {
    /// `REQUESTS_AT_ONCE`: requests that are answered at the same time from what is here; 0 means as many as keep the workers
    /// busy.
    pub requests_at_once: u32,
    /// `OUTSIDE_REQUESTS_AT_ONCE`: besides them, requests that wait for a marketplace or the identity provider.
    pub outside_requests_at_once: u32,
    /// `ADDRESS_REQUESTS_PER_MINUTE`: how many requests an address may send over time; 0 means any number.
    pub address_requests_per_minute: u32,
    /// `ADDRESS_REQUESTS_BURST`: how many of them at once.
    pub address_requests_burst: u32,
    /// `TRUSTED_PROXIES`: whose word is taken for where a request comes from: addresses, networks, `unix`.
    pub trusted_proxies: Vec<String>,
    /// `REQUEST_TIMEOUT_SECONDS`: how long a caller is kept waiting.
    pub request_timeout_seconds: u16,
    /// `BODY_TIMEOUT_SECONDS`: how long a body may take to arrive.
    pub body_timeout_seconds: u16,
    /// `MAX_CONNECTIONS`: connections of callers that are open at the same time.
    pub max_connections: u32,
}

impl Default for ProtectionSettings {
    fn default() -> Self {
        Self {
            requests_at_once: 0,
            outside_requests_at_once: 256,
            address_requests_per_minute: 6_000,
            address_requests_burst: 1_000,
            trusted_proxies: Vec::new(),
            request_timeout_seconds: 55,
            body_timeout_seconds: 30,
            max_connections: 2_048,
        }
    }
}

impl ProtectionSettings {
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        for (setting, value) in [
            ("OUTSIDE_REQUESTS_AT_ONCE", self.outside_requests_at_once),
            ("ADDRESS_REQUESTS_BURST", self.address_requests_burst),
            (
                "REQUEST_TIMEOUT_SECONDS",
                u32::from(self.request_timeout_seconds),
            ),
            ("BODY_TIMEOUT_SECONDS", u32::from(self.body_timeout_seconds)),
            ("MAX_CONNECTIONS", self.max_connections),
        ] {
            if value == 0 {
                let rule = "1 or more";
                return Err(SettingsError::OutOfRange { setting, rule });
            }
        }
        TrustedProxies::parse(&self.trusted_proxies).map(|_| ())
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.request_timeout_seconds))
    }

    pub(crate) fn body_timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.body_timeout_seconds))
    }
}
