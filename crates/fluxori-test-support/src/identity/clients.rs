//! Which applications may send people here, and where they are sent back to.

use url::{Host, Url};

/// An application that has a secret.
pub const CLIENT_ID: &str = "fluxori-page";

/// The secret of that application.
pub const CLIENT_SECRET: &str = "canary-identity-client-secret";

/// An application that has none.
pub const PUBLIC_CLIENT_ID: &str = "fluxori-page-public";

/// Whether the application is registered.
pub(super) fn is_known(id: &str) -> bool {
    [CLIENT_ID, PUBLIC_CLIENT_ID].contains(&id)
}

/// Whether it shows what it has to show: its secret by HTTP Basic, or no secret at all.
pub(super) fn accepts(id: &str, secret: Option<&str>) -> bool {
    match id {
        CLIENT_ID => secret == Some(CLIENT_SECRET),
        PUBLIC_CLIENT_ID => secret.is_none(),
        _ => false,
    }
}

/// Whether people may be sent here with a code: `/auth/callback` on this machine, whatever the port.
pub(super) fn allows_redirect(address: &str) -> bool {
    is_on_this_machine(address, "/auth/callback")
}

/// Whether people may be sent here when they signed out.
pub(super) fn allows_redirect_after_end(address: &str) -> bool {
    is_on_this_machine(address, "/")
}

fn is_on_this_machine(address: &str, path: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_here
        && ["http", "https"].contains(&url.scheme())
        && url.path() == path
        && url.query().is_none()
        && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_callback_on_this_machine_is_registered() {
        for good in [
            "http://127.0.0.1:8080/auth/callback",
            "http://localhost/auth/callback",
            "https://[::1]:1/auth/callback",
        ] {
            assert!(allows_redirect(good), "{good}");
        }
        for bad in [
            "http://example.com/auth/callback",
            "http://127.0.0.1:8080/auth/callback/",
            "http://127.0.0.1:8080/auth/callback?x=1",
            "http://127.0.0.1:8080/",
            "javascript://localhost/auth/callback",
            "/auth/callback",
        ] {
            assert!(!allows_redirect(bad), "{bad}");
        }
        assert!(allows_redirect_after_end("http://127.0.0.1:8080/"));
        assert!(!allows_redirect_after_end("http://example.com/"));
    }
}
