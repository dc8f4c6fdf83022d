use std::collections::BTreeMap;

use fluxori_domain::{
    CallbackQuery, ConsentTarget,
    ports::{CallbackAnswer, CallbackProblem},
};

use super::{super::parse::read_selling_partner_id, SELLING_PARTNER_CLAIM};
use crate::callback::{code, required, required_text};

/// Reads what Seller Central sends back. There is no signature, so the seller is a claim; and there is no refusal:
/// a seller who does not agree never comes back. `mws_auth_token` belongs to an interface that is gone, and is ignored.
pub(super) fn read(query: &CallbackQuery) -> Result<CallbackAnswer, CallbackProblem> {
    required(query, "state")?;
    let seller = read_selling_partner_id(required_text(query, SELLING_PARTNER_CLAIM)?)
        .map_err(|_| CallbackProblem::Malformed)?;
    Ok(CallbackAnswer::Granted {
        code: code(query, "spapi_oauth_code")?,
        claims: BTreeMap::from([(SELLING_PARTNER_CLAIM.to_owned(), seller)]),
    })
}

/// A start in the Appstore names the seller; on our page anybody may sign in.
pub(super) fn fits(target: &ConsentTarget, claims: &BTreeMap<String, String>) -> bool {
    target.part(SELLING_PARTNER_CLAIM).is_none_or(|wanted| {
        claims
            .get(SELLING_PARTNER_CLAIM)
            .is_some_and(|seller| seller == wanted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{callback::query, connect::target};

    const GOOD: [(&str, &str); 4] = [
        ("state", "st-1"),
        ("selling_partner_id", "a1simulated001"),
        ("spapi_oauth_code", "canary-code"),
        ("mws_auth_token", "amzn.mws.canary"),
    ];

    #[test]
    fn a_callback_grants_a_code_and_claims_a_seller() {
        let answer = read(&query(&GOOD)).unwrap();
        assert!(!format!("{answer:?}").contains("canary"), "{answer:?}");
        let CallbackAnswer::Granted { claims, .. } = answer else {
            panic!("Amazon sends no refusals")
        };
        assert_eq!(claims["selling_partner_id"], "A1SIMULATED001");
    }

    #[test]
    fn a_callback_with_something_missing_or_doubled_is_malformed() {
        for index in 0..3 {
            let mut parameters = GOOD.to_vec();
            let taken = parameters.remove(index);
            let problem = read(&query(&parameters)).unwrap_err();
            assert_eq!(problem, CallbackProblem::Malformed, "without {}", taken.0);
            parameters.extend([taken, taken]);
            let problem = read(&query(&parameters)).unwrap_err();
            assert_eq!(problem, CallbackProblem::Malformed, "two of {}", taken.0);
        }
    }

    #[test]
    fn the_seller_of_an_appstore_start_must_be_the_one_who_agreed() {
        let claims =
            |seller: &str| BTreeMap::from([("selling_partner_id".to_owned(), seller.to_owned())]);
        let named = target([("selling_partner_id", Some("A1".to_owned()))]);
        assert!(fits(&named, &claims("A1")));
        assert!(!fits(&named, &claims("A2")));
        assert!(!fits(&named, &BTreeMap::new()));
        assert!(fits(&ConsentTarget::default(), &claims("A2")));
    }
}
