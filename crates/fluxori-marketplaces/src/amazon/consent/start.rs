use std::collections::BTreeMap;

use fluxori_domain::{CallbackQuery, ports::CallbackProblem};

use super::{
    super::{
        descriptor::{REGION, SELLING_PARTNER_ID},
        parse::read_selling_partner_id,
        seller_central::read_return,
    },
    SELLING_PARTNER_CLAIM,
    target::{AMAZON_CALLBACK_URI, AMAZON_STATE, BETA, VERSION},
};
use crate::{
    callback::{optional, required_text},
    settings::SellerCentral,
};

/// Reads with what Amazon's Appstore sends a seller to our login address. It is not signed: all that it can do is to
/// begin a consent which the seller then confirms at a Seller Central that we know.
pub(super) fn read(
    query: &CallbackQuery,
    settings: &SellerCentral,
) -> Result<BTreeMap<String, String>, CallbackProblem> {
    let malformed = CallbackProblem::Malformed;
    let back =
        read_return(required_text(query, "amazon_callback_uri")?, settings).ok_or(malformed)?;
    let seller = read_selling_partner_id(required_text(query, SELLING_PARTNER_CLAIM)?)
        .map_err(|_| malformed)?;
    let is_beta = match optional(query, VERSION)?.map(crate::callback::exposed) {
        None => false,
        Some(BETA) => true,
        Some(_) => return Err(malformed),
    };
    let state = required_text(query, "amazon_state")?.to_owned();
    let region = back.region.map(|region| (REGION, region.to_string()));
    let version = is_beta.then(|| (VERSION, BETA.to_owned()));
    Ok([
        (AMAZON_CALLBACK_URI, back.address.into()),
        (AMAZON_STATE, state),
        (SELLING_PARTNER_ID, seller),
    ]
    .into_iter()
    .chain(region)
    .chain(version)
    .map(|(name, value)| (name.to_owned(), value))
    .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::query;

    const START: [(&str, &str); 4] = [
        (
            "amazon_callback_uri",
            "https://sellercentral.amazon.com/apps/authorize/confirm/a",
        ),
        ("amazon_state", "MTQz"),
        ("selling_partner_id", "A1SIMULATED001"),
        ("version", "beta"),
    ];

    fn read_start(
        parameters: &[(&str, &str)],
    ) -> Result<BTreeMap<String, String>, CallbackProblem> {
        read(&query(parameters), &SellerCentral::default())
    }

    #[test]
    fn a_start_fills_in_the_form() {
        let fields = read_start(&START).unwrap();
        assert_eq!(fields["amazonState"], "MTQz");
        assert_eq!(fields["region"], "na");
        assert_eq!(fields["version"], "beta");
        assert!(!read_start(&START[..3]).unwrap().contains_key("version"));
    }

    #[test]
    fn a_start_with_something_missing_doubled_or_strange_is_not_looked_at() {
        for index in 0..3 {
            let mut parameters = START.to_vec();
            let taken = parameters.remove(index);
            assert!(read_start(&parameters).is_err(), "without {}", taken.0);
            parameters.extend([taken, taken]);
            assert!(read_start(&parameters).is_err(), "two of {}", taken.0);
        }
        for (index, value) in [(0, "https://evil.example/"), (2, "<script>"), (3, "alpha")] {
            let mut parameters = START;
            parameters[index].1 = value;
            assert!(read_start(&parameters).is_err(), "{value}");
        }
    }
}
