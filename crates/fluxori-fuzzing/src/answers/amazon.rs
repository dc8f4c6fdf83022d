use fluxori_domain::{AccountDetails, AmazonDetails, AmazonRegion, AuthType};

use super::{Case, map, target, tokens};
use crate::replies;

/// Amazon's answers, to tests, refreshes and consents.
pub fn amazon_answers(input: &[u8]) {
    let replies = replies::read(input);
    let details = AccountDetails::Amazon(AmazonDetails {
        region: AmazonRegion::Europe,
        selling_partner_id: "A2EXAMPLE1".to_owned(),
        marketplace_ids: Vec::new(),
        countries: Vec::new(),
    });
    let case = Case {
        auth_type: AuthType::OAuth,
        details: &details,
        replies: &replies,
    };
    let unspent = tokens(None, Some("canary-Atzr-1"));
    let whole = tokens(Some("canary-Atza-1"), Some("canary-Atzr-1"));
    case.test(&unspent, false);
    case.test(&whole, false);
    case.test(&whole, true);
    case.refresh(&whole);
    case.consent(
        &target([("region", "eu"), ("country", "ZA")]),
        &map([("selling_partner_id", "A2EXAMPLE1")]),
    );
}
