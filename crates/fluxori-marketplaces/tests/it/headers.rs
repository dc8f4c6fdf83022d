use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccessToken, AccountDetails, AmazonDetails, AmazonRegion, ApiKey, CredentialDocument,
    Marketplace, SecretText, ShopDomain, ShopifyDetails, TakealotDetails, TakealotSurface,
    XeroDetails,
};
use fluxori_marketplaces::{MarketplaceError, request_headers};
use fluxori_test_support::providers::keys;

fn now() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn api_key(key: &str) -> CredentialDocument {
    CredentialDocument::ApiKey {
        api_key: ApiKey::new(SecretText::copy_of(key)),
        webhook_secret: None,
    }
}

fn tokens(access: Option<&str>) -> CredentialDocument {
    CredentialDocument::Tokens {
        access_token: access.map(|token| AccessToken::new(SecretText::copy_of(token))),
        refresh_token: None,
    }
}

fn takealot(api_surface: TakealotSurface) -> AccountDetails {
    AccountDetails::Takealot(TakealotDetails {
        api_surface,
        seller_id: None,
        countries: vec![],
    })
}

fn amazon() -> AccountDetails {
    AccountDetails::Amazon(AmazonDetails {
        region: AmazonRegion::Europe,
        selling_partner_id: keys::AMAZON_SELLING_PARTNER_ID.to_owned(),
        marketplace_ids: vec![],
        countries: vec![],
    })
}

fn shopify() -> AccountDetails {
    AccountDetails::Shopify(ShopifyDetails {
        shop: ShopDomain::new(keys::SHOPIFY_SHOP).unwrap(),
        shop_gid: None,
        currency: None,
        timezone: None,
        scopes: vec![],
    })
}

fn xero(tenant: Option<&str>) -> AccountDetails {
    AccountDetails::Xero(XeroDetails {
        tenant_id: tenant.map(|tenant| tenant.parse().unwrap()),
        connection_id: None,
        tenant_type: None,
    })
}

/// Names, values and whether they print, in order.
fn headers(document: &CredentialDocument, details: &AccountDetails) -> Vec<(String, String, bool)> {
    let headers = request_headers(details.marketplace(), document, details, now()).unwrap();
    assert!(!format!("{headers:?}").contains("canary"), "{headers:?}");
    let mut found: Vec<_> = headers
        .iter()
        .map(|(name, value)| {
            let text = value.to_str().unwrap().to_owned();
            (name.to_string(), text, value.is_sensitive())
        })
        .collect();
    found.sort();
    found
}

fn header(name: &str, value: &str, sensitive: bool) -> (String, String, bool) {
    (name.to_owned(), value.to_owned(), sensitive)
}

#[test]
fn takealot_has_a_header_for_each_interface() {
    let document = api_key("canary-key");
    assert_eq!(
        headers(&document, &takealot(TakealotSurface::Marketplace)),
        [header("x-api-key", "canary-key", true)]
    );
    assert_eq!(
        headers(&document, &takealot(TakealotSurface::Seller)),
        [header("authorization", "Key canary-key", true)]
    );
}

#[test]
fn amazon_wants_the_token_the_date_and_who_we_are() {
    let found = headers(&tokens(Some("Atza|canary")), &amazon());
    assert_eq!(
        found,
        [
            header("user-agent", fluxori_marketplaces::USER_AGENT, false),
            header("x-amz-access-token", "Atza|canary", true),
            header("x-amz-date", "20261123T100000Z", false),
        ]
    );
}

#[test]
fn shopify_wants_the_token() {
    assert_eq!(
        headers(&tokens(Some("shpat_canary")), &shopify()),
        [header("x-shopify-access-token", "shpat_canary", true)]
    );
}

#[test]
fn xero_wants_the_token_the_tenant_and_json() {
    assert_eq!(
        headers(&tokens(Some("ey.canary.x")), &xero(Some(keys::XERO_TENANT))),
        [
            header("accept", "application/json", false),
            header("authorization", "Bearer ey.canary.x", true),
            header("xero-tenant-id", keys::XERO_TENANT, false),
        ]
    );
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let ask = |marketplace, document: &CredentialDocument, details: &AccountDetails| {
        request_headers(marketplace, document, details, now()).unwrap_err()
    };
    let (key, token) = (api_key("canary-key"), tokens(Some("canary-token")));
    for (marketplace, details) in [
        (Marketplace::Amazon, shopify()),
        (Marketplace::Takealot, amazon()),
    ] {
        let error = ask(marketplace, &token, &details);
        assert!(
            matches!(error, MarketplaceError::OtherMarketplace { .. }),
            "{error}"
        );
    }
    for details in [amazon(), shopify(), xero(Some(keys::XERO_TENANT))] {
        let marketplace = details.marketplace();
        let error = ask(marketplace, &key, &details);
        assert!(
            matches!(error, MarketplaceError::OtherKind { .. }),
            "{error}"
        );
        let error = ask(marketplace, &tokens(None), &details);
        assert!(
            matches!(error, MarketplaceError::NoAccessToken { .. }),
            "{error}"
        );
    }
    let error = ask(
        Marketplace::Takealot,
        &token,
        &takealot(TakealotSurface::Seller),
    );
    assert!(
        matches!(error, MarketplaceError::OtherKind { .. }),
        "{error}"
    );
    let error = ask(Marketplace::Xero, &token, &xero(None));
    assert!(
        matches!(error, MarketplaceError::NoTenant { .. }),
        "{error}"
    );
}

#[test]
fn a_secret_that_would_break_a_header_is_refused_without_quoting_it() {
    let document = tokens(Some("canary\r\nX-Evil: 1"));
    let error = request_headers(Marketplace::Shopify, &document, &shopify(), now()).unwrap_err();
    assert!(
        matches!(error, MarketplaceError::Unsendable { .. }),
        "{error}"
    );
    assert!(!format!("{error:?} {error}").contains("canary"));
}
