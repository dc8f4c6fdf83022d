//! What sellers can connect, and where browsers come back to.

use std::sync::Arc;

use fluxori_domain::{Clock, ConnectMethod, Marketplace, SystemClock};
use fluxori_marketplaces::{HttpClient, clients};

use super::{Finding, Verdict};
use crate::{
    SecretExpiry, Settings,
    wiring::{consent_settings, marketplace_settings},
};

/// Which ways of connecting are offered.
pub(super) fn forms(
    settings: &Settings,
    http: &HttpClient,
    clock: &Arc<dyn Clock>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for client in clients(&marketplace_settings(settings), http, clock) {
        let descriptor = client.descriptor();
        for kind in descriptor.auth_kinds {
            let subject = match kind.method {
                ConnectMethod::Consent => format!("{} in the browser", descriptor.marketplace),
                ConnectMethod::Form => format!("{} by {}", descriptor.marketplace, kind.auth_type),
            };
            findings.push(if kind.is_configured() {
                Finding::new(subject, Verdict::Good, "set up")
            } else {
                let missing = kind.missing_settings.join(", ");
                let message = format!("not offered to sellers: set {missing} to offer it");
                Finding::new(subject, Verdict::Notice, message)
            });
        }
    }
    findings
}

/// Where browsers come back to. That the addresses themselves are good was checked when the settings were read.
pub(super) fn consents(settings: &Settings) -> Vec<Finding> {
    let consents = consent_settings(settings);
    let missing: Vec<&str> = [
        ("PUBLIC_URL", consents.public_url.is_none()),
        ("RETURN_ADDRESSES", consents.return_addresses.is_empty()),
    ]
    .into_iter()
    .filter_map(|(name, is_missing)| is_missing.then_some(name))
    .collect();
    let Some(public_url) = consents.public_url.filter(|_| missing.is_empty()) else {
        let message = format!(
            "sellers cannot connect in the browser: set {} to let them",
            missing.join(", ")
        );
        return vec![Finding::new("browser", Verdict::Notice, message)];
    };
    let base = public_url.as_str().trim_end_matches('/');
    let pages: Vec<_> = consents
        .return_addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    let message = format!(
        "sellers come back to {base}, and then to {}",
        pages.join(", ")
    );
    let mut findings = vec![Finding::new("browser", Verdict::Good, message)];
    for (marketplace, addresses) in [
        (
            Marketplace::Amazon,
            format!(
                "OAuth redirect URI {base}/api/oauth/amazon/callback, OAuth login URI {base}/api/oauth/amazon/start"
            ),
        ),
        (
            Marketplace::Shopify,
            format!(
                "redirect URL {base}/api/oauth/shopify/callback, app URL {base}/api/oauth/shopify/start, \
                 webhooks {base}/api/webhooks/shopify"
            ),
        ),
        (
            Marketplace::Xero,
            format!("redirect URI {base}/api/oauth/xero/callback"),
        ),
    ] {
        let subject = format!("register at {marketplace}");
        findings.push(Finding::new(subject, Verdict::Good, addresses));
    }
    findings
}

/// Our own secrets that run out.
pub(super) fn secrets(settings: &Settings) -> Vec<Finding> {
    let now = SystemClock.now();
    let secrets = SecretExpiry::all_of(settings).into_iter();
    secrets
        .map(|secret| {
            let verdict = match secret.warning(now) {
                Some(_) if secret.at <= now => Verdict::Bad,
                Some(_) => Verdict::Notice,
                None => Verdict::Good,
            };
            Finding::new("application secret", verdict, secret.sentence(now))
        })
        .collect()
}
