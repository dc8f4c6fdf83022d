//! Credentials that are known from the start. None of them works anywhere else.
//!
//! Of each marketplace one works, one is refused and one is throttled.

use super::{Behaviour, Provider};

/// A made-up Takealot key: the marker over and over, then eight digits of its own.
macro_rules! takealot_key {
    ($own:literal) => {
        concat!(
            "fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0",
            "fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0",
            $own
        )
    };
}

/// Takealot key that works, on both interfaces.
pub const TAKEALOT_GOOD: &str = takealot_key!("00000001");
/// Takealot key that is refused.
pub const TAKEALOT_REFUSED: &str = takealot_key!("00000002");
/// Takealot key that is always told to wait.
pub const TAKEALOT_THROTTLED: &str = takealot_key!("00000003");

/// The application that Login with Amazon knows.
pub const AMAZON_CLIENT_ID: &str = "amzn1.application-oa2-client.00000000000000000000000000c0ffee";
/// Its present secret.
pub const AMAZON_CLIENT_SECRET: &str = "amzn1.oa2-cs.v1.canary-present";
/// Its secret before the last rotation, which still works.
pub const AMAZON_CLIENT_SECRET_PREVIOUS: &str = "amzn1.oa2-cs.v1.canary-previous";
/// What names the application on Amazon's consent page. It is a draft.
pub const AMAZON_APPLICATION_ID: &str = "amzn1.sp.solution.00000000-0000-4000-8000-000000c0ffee";
/// Another seller who may consent.
pub const AMAZON_OTHER_SELLING_PARTNER_ID: &str = "A1SIMULATED002";
/// The merchant token to give with the refresh tokens.
pub const AMAZON_SELLING_PARTNER_ID: &str = "A1SIMULATED001";
/// Amazon refresh token that works.
pub const AMAZON_GOOD: &str = "Atzr|canary-good-0123456789abcdef";
/// Amazon refresh token of an authorisation that was withdrawn.
pub const AMAZON_REFUSED: &str = "Atzr|canary-refused-0123456789abcdef";
/// Amazon refresh token whose calls are always told to wait.
pub const AMAZON_THROTTLED: &str = "Atzr|canary-throttled-0123456789abcdef";

/// The application that Shopify knows.
pub const SHOPIFY_CLIENT_ID: &str = "00000000000000000000000000c0ffee";
/// Its present secret.
pub const SHOPIFY_CLIENT_SECRET: &str = "shpss_fa15ecafe00000000000000000000001";
/// Its secret before the last rotation, which still works.
pub const SHOPIFY_CLIENT_SECRET_PREVIOUS: &str = "shpss_fa15ecafe00000000000000000000002";
/// What it asks for.
pub const SHOPIFY_SCOPES: &str = "read_products,write_orders";
/// The shop to give with the tokens.
pub const SHOPIFY_SHOP: &str = "simulated-shop.myshopify.com";
/// Shopify token that works.
pub const SHOPIFY_GOOD: &str = "shpat_canary_good_0123456789abcdef";
/// Shopify token of an app that was uninstalled.
pub const SHOPIFY_REFUSED: &str = "shpat_canary_refused_0123456789abcdef";
/// Shopify token that is always told to wait.
pub const SHOPIFY_THROTTLED: &str = "shpat_canary_throttled_0123456789abcdef";

/// A made-up JWT that claims to expire in 2099 and to belong to nobody.
macro_rules! xero_token {
    ($own:literal) => {
        concat!("eyJhbGciOiJub25lIn0.eyJleHAiOjQwNzA5MDg4MDB9.canary-", $own)
    };
}

/// The application that Xero knows, which has a secret.
pub const XERO_CLIENT_ID: &str = "0000000000000000000000000C0FFEE0";
/// The application that Xero knows, which has none and has to use PKCE.
pub const XERO_PUBLIC_CLIENT_ID: &str = "0000000000000000000000000C0FFEE1";
/// The present secret.
pub const XERO_CLIENT_SECRET: &str = "canary-xero-present_0123456789abcdef0123456789abc";
/// The secret before the last rotation, which still works.
pub const XERO_CLIENT_SECRET_PREVIOUS: &str = "canary-xero-previous_0123456789abcdef0123456789ab";
/// What the application asks for.
pub const XERO_SCOPES: &str = "openid offline_access accounting.settings.read";
/// What a seeded grant has: without `openid`, whose signatures take longer than all the rest.
pub const XERO_SEED_SCOPES: &str = "offline_access accounting.settings.read";
/// The name of the user of [`XERO_REFRESH`].
pub const XERO_USER: &str = "canary-user";
/// The user who consents on Xero's page unless another is named. At first this one has no organisation.
pub const XERO_CONSENTING_USER: &str = "demo-user";
/// Xero access token that works and reaches one organisation.
pub const XERO_GOOD: &str = xero_token!("good");
/// Xero access token that works and reaches two organisations.
pub const XERO_SEVERAL: &str = xero_token!("several");
/// Xero access token that has expired.
pub const XERO_REFUSED: &str = xero_token!("refused");
/// Xero access token that is always told to wait.
pub const XERO_THROTTLED: &str = xero_token!("throttled");
/// A refresh token to give with any of them.
pub const XERO_REFRESH: &str = "canary-xero-refresh-0123456789abcdef";
/// The organisation that every working token reaches.
pub const XERO_TENANT: &str = "45e4708e-d862-4111-ab3a-dd8cd03913e1";
/// The second organisation of [`XERO_SEVERAL`].
pub const XERO_OTHER_TENANT: &str = "b8a1d2f0-6c1e-4c8e-9a55-0c6f0f9d7a11";

/// The organisations that [`XERO_REFRESH`] reaches, and the ones to choose from on the consent page.
pub(super) const XERO_ORGANISATIONS: [(&str, &str); 2] = [
    (XERO_TENANT, "Simulated Books"),
    (XERO_OTHER_TENANT, "Simulated Branch"),
];

/// The application that is known at a marketplace.
#[must_use]
pub const fn client_id(provider: Provider) -> &'static str {
    match provider {
        Provider::Amazon => AMAZON_CLIENT_ID,
        Provider::Shopify => SHOPIFY_CLIENT_ID,
        Provider::Xero => XERO_CLIENT_ID,
    }
}

/// Its secrets that work: the present one, then the previous one.
#[must_use]
pub const fn client_secrets(provider: Provider) -> [&'static str; 2] {
    match provider {
        Provider::Amazon => [AMAZON_CLIENT_SECRET, AMAZON_CLIENT_SECRET_PREVIOUS],
        Provider::Shopify => [SHOPIFY_CLIENT_SECRET, SHOPIFY_CLIENT_SECRET_PREVIOUS],
        Provider::Xero => [XERO_CLIENT_SECRET, XERO_CLIENT_SECRET_PREVIOUS],
    }
}

/// Whether a marketplace may send a browser back to this address: a loopback one of our callback's path, or any that
/// is encrypted.
#[must_use]
pub fn allows_redirect(provider: Provider, address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else {
        return false;
    };
    let path = format!("/api/oauth/{}/callback", provider.name());
    let is_local = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
    let is_plain = url.query().is_none() && url.fragment().is_none();
    is_plain
        && match url.scheme() {
            "https" => true,
            "http" => is_local && url.path().ends_with(&path),
            _ => false,
        }
}

/// How each of them behaves.
pub(super) fn behaviours() -> impl Iterator<Item = (&'static str, Behaviour)> {
    [
        (TAKEALOT_GOOD, Behaviour::Good),
        (TAKEALOT_REFUSED, Behaviour::Refused),
        (TAKEALOT_THROTTLED, Behaviour::Throttled),
        (AMAZON_GOOD, Behaviour::Good),
        (AMAZON_REFUSED, Behaviour::Refused),
        (AMAZON_THROTTLED, Behaviour::Throttled),
        (SHOPIFY_GOOD, Behaviour::Good),
        (SHOPIFY_REFUSED, Behaviour::Refused),
        (SHOPIFY_THROTTLED, Behaviour::Throttled),
        (XERO_GOOD, Behaviour::Good),
        (XERO_SEVERAL, Behaviour::SeveralAccounts),
        (XERO_REFUSED, Behaviour::Refused),
        (XERO_THROTTLED, Behaviour::Throttled),
    ]
    .into_iter()
}

/// What a newcomer types in, by a name that a shell takes: `DEMO_{MARKETPLACE}_{WHAT}`.
#[must_use]
pub fn demo_values() -> Vec<(&'static str, &'static str)> {
    vec![
        ("DEMO_TAKEALOT_GOOD", TAKEALOT_GOOD),
        ("DEMO_TAKEALOT_REFUSED", TAKEALOT_REFUSED),
        ("DEMO_TAKEALOT_THROTTLED", TAKEALOT_THROTTLED),
        ("DEMO_AMAZON_GOOD", AMAZON_GOOD),
        ("DEMO_AMAZON_REFUSED", AMAZON_REFUSED),
        ("DEMO_AMAZON_THROTTLED", AMAZON_THROTTLED),
        ("DEMO_AMAZON_SELLING_PARTNER_ID", AMAZON_SELLING_PARTNER_ID),
        ("DEMO_SHOPIFY_GOOD", SHOPIFY_GOOD),
        ("DEMO_SHOPIFY_REFUSED", SHOPIFY_REFUSED),
        ("DEMO_SHOPIFY_THROTTLED", SHOPIFY_THROTTLED),
        ("DEMO_SHOPIFY_SHOP", SHOPIFY_SHOP),
        ("DEMO_XERO_GOOD", XERO_GOOD),
        ("DEMO_XERO_SEVERAL", XERO_SEVERAL),
        ("DEMO_XERO_REFUSED", XERO_REFUSED),
        ("DEMO_XERO_THROTTLED", XERO_THROTTLED),
        ("DEMO_XERO_REFRESH", XERO_REFRESH),
        ("DEMO_XERO_TENANT", XERO_TENANT),
    ]
}

#[cfg(test)]
mod tests {
    use super::{super::canary, *};

    #[test]
    fn every_secret_carries_a_marker() {
        let secrets = behaviours()
            .map(|(key, _)| key)
            .chain(Provider::ALL.into_iter().flat_map(client_secrets))
            .chain([XERO_REFRESH]);
        for secret in secrets {
            assert!(
                canary::MARKERS.iter().any(|marker| secret.contains(marker)),
                "{secret}"
            );
        }
    }

    #[test]
    fn takealot_keys_have_the_usual_shape() {
        assert_eq!(TAKEALOT_GOOD.len(), 128);
        assert!(
            TAKEALOT_GOOD
                .bytes()
                .all(|byte| b"0123456789abcdef".contains(&byte))
        );
    }
}
