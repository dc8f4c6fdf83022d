use fluxori_domain::{AccountDetails, AuthType, ShopDomain, ShopifyDetails};

use super::{Case, map, target, tokens};
use crate::replies;

const SHOP: &str = "my-shop.myshopify.com";

/// Shopify's answers, to tests, refreshes, consents and disconnecting.
pub fn shopify_answers(input: &[u8]) {
    let replies = replies::read(input);
    let details = AccountDetails::Shopify(ShopifyDetails {
        shop: ShopDomain::new(SHOP).expect("it is a shop"),
        shop_gid: None,
        currency: None,
        timezone: None,
        scopes: Vec::new(),
    });
    let whole = tokens(Some("canary-shpat-1"), Some("canary-shprt-1"));
    let eternal = tokens(Some("canary-shpat-1"), None);
    for auth_type in [AuthType::OAuth, AuthType::CustomAppToken] {
        let case = Case {
            auth_type,
            details: &details,
            replies: &replies,
        };
        case.test(&whole, false);
        case.test(&eternal, true);
        case.refresh(&whole);
        case.refresh(&eternal);
        case.disconnect(&whole);
        case.consent(&target([("shop", SHOP)]), &map([("shop", SHOP)]));
    }
}
