//! Addresses that sellers' browsers are sent to.

use url::{Host, Url};

use super::{ConsentSection, SettingsError};

/// Refuses addresses that a browser should not be sent to with anything of worth.
pub(super) fn check(section: &ConsentSection) -> Result<(), SettingsError> {
    if let Some(url) = &section.public_url
        && !(is_safe(url) && url.path() == "/" && url.query().is_none())
    {
        return Err(SettingsError::Invalid {
            name: "PUBLIC_URL",
            expected: "an address such as https://vault.example.com, without path or query \
                       (http:// only for this machine: 127.0.0.1, ::1, localhost)",
        });
    }
    if !section.return_addresses.0.iter().all(is_safe) {
        return Err(SettingsError::Invalid {
            name: "RETURN_ADDRESSES",
            expected: "addresses such as https://app.example.com/integrations, without user name and fragment \
                       (http:// only for this machine: 127.0.0.1, ::1, localhost)",
        });
    }
    Ok(())
}

fn is_safe(url: &Url) -> bool {
    let is_private = match url.scheme() {
        "https" => true,
        "http" => is_this_machine(url),
        _ => false,
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    is_private && is_bare && url.fragment().is_none()
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::List;

    fn checked(public_url: &str, return_address: &str) -> Result<(), SettingsError> {
        check(&ConsentSection {
            public_url: Some(public_url.parse().unwrap()),
            return_addresses: List(vec![return_address.parse().unwrap()]),
        })
    }

    #[test]
    fn addresses_are_encrypted_or_on_this_machine() {
        let (good, page) = (
            "https://vault.example.com",
            "https://app.example.com/x?tab=2",
        );
        checked(good, page).unwrap();
        for local in [
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost",
        ] {
            checked(local, local).unwrap();
        }
        for bad in [
            "http://vault.example.com",
            "https://ada@vault.example.com",
            "https://vault.example.com/#x",
            "ftp://vault.example.com",
        ] {
            let error = checked(bad, page).unwrap_err().to_string();
            assert!(error.starts_with("PUBLIC_URL must be"), "{error}");
            let error = checked(good, bad).unwrap_err().to_string();
            assert!(error.starts_with("RETURN_ADDRESSES must be"), "{error}");
        }
        assert!(checked("https://vault.example.com/below", page).is_err());
    }
}
