//! The page for people, and what their identity provider must know of it.

use super::{Finding, Verdict};
use crate::Settings;

/// Whether the page is on, how people sign in to it, and what to register for that.
pub(super) fn page(settings: &Settings) -> Vec<Finding> {
    let sign_in = &settings.sign_in;
    let Some(address) = sign_in.page_address(&settings.consent) else {
        // Nothing is wrong with that: another application may show it.
        let message =
            "off: set PUBLIC_URL, OIDC_ISSUER and OIDC_CLIENT_ID to have people sign in to it";
        return vec![Finding::new("page", Verdict::Good, message)];
    };
    let mut findings = vec![Finding::new(
        "page",
        Verdict::Good,
        format!("on, at {address}"),
    )];
    if sign_in.oidc_issuer.is_some() {
        let base = address.as_str().trim_end_matches('/');
        findings.push(Finding::new(
            "register at the identity provider",
            Verdict::Good,
            format!("redirect address {base}/auth/callback, address after signing out {base}/"),
        ));
    }
    if sign_in.sign_in_links {
        let message = "SIGN_IN_LINKS is for development: who has such a link needs nothing else";
        findings.push(Finding::new("page", Verdict::Notice, message));
    }
    findings
}
