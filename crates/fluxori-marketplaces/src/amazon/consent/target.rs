use fluxori_domain::{
    AccountDetails, AmazonRegion, ConsentTarget, CredentialForm, FieldChoice, FieldKind, FormField,
    InvalidForm, MarketplaceDescriptor,
};

use super::{
    super::{
        descriptor::{COUNTRY, REGION, SELLING_PARTNER_ID, region_field},
        parse::read_selling_partner_id,
        seller_central::{country_of, main_country, read_return},
    },
    SELLING_PARTNER_CLAIM,
};
use crate::{connect::target, form::FormReader, settings::SellerCentral};

pub(super) const AMAZON_CALLBACK_URI: &str = "amazonCallbackUri";
pub(super) const AMAZON_STATE: &str = "amazonState";
pub(super) const VERSION: &str = "version";
pub(super) const BETA: &str = "beta";

/// A region, and the country whose Seller Central the seller is sent to; or what the Appstore filled in.
pub(super) fn read(
    descriptor: MarketplaceDescriptor,
    settings: &SellerCentral,
    form: &CredentialForm,
) -> Result<ConsentTarget, InvalidForm> {
    if form.names().any(|name| name == AMAZON_CALLBACK_URI) {
        return read_appstore(settings, form);
    }
    let mut reader = FormReader::before_consent(descriptor, form)?;
    let region: Option<AmazonRegion> = reader.choice(REGION);
    let country = reader.text(COUNTRY, |code| {
        country_of(code)
            .filter(|country| region.is_none_or(|region| country.region == region))
            .ok_or_else(|| "Choose a country of the region.".to_owned())
    });
    reader.finish_target(region.map(|region| {
        let country = country.unwrap_or_else(|| main_country(region));
        [
            (REGION, Some(region.to_string())),
            (COUNTRY, Some(country.code.to_owned())),
        ]
    }))
}

/// Not drawn: the Appstore fills these in. The region follows from the address where its host tells.
fn read_appstore(
    settings: &SellerCentral,
    form: &CredentialForm,
) -> Result<ConsentTarget, InvalidForm> {
    let hidden = |name, kind, required| FormField {
        name,
        label: name,
        help: "Filled in by Amazon's Appstore.",
        kind,
        required,
        max_length: 2048,
        usual: None,
    };
    let beta = FieldChoice {
        value: BETA,
        label: BETA,
    };
    let fields = vec![
        hidden(AMAZON_CALLBACK_URI, FieldKind::Text, true),
        hidden(AMAZON_STATE, FieldKind::Text, true),
        hidden(SELLING_PARTNER_ID, FieldKind::Text, true),
        hidden(VERSION, FieldKind::Choice(vec![beta]), false),
        FormField {
            required: false,
            ..region_field()
        },
        // Drawn beside the region, and of no use here.
        hidden(COUNTRY, FieldKind::Text, false),
    ];
    let mut reader = FormReader::with_fields(fields, form);
    let back = reader.text(AMAZON_CALLBACK_URI, |text| {
        read_return(text, settings)
            .ok_or_else(|| "It is not the address of a Seller Central that we know.".to_owned())
    });
    let state = reader.text(AMAZON_STATE, |text| {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        is_plain
            .then(|| text.to_owned())
            .ok_or_else(|| "It has characters that Amazon does not send.".to_owned())
    });
    let seller = reader.text(SELLING_PARTNER_ID, read_selling_partner_id);
    let version: Option<String> = reader.choice(VERSION);
    let chosen: Option<AmazonRegion> = reader.choice(REGION);
    let region = back.as_ref().and_then(|back| back.region).or(chosen);
    if back.is_some() && region.is_none() {
        reader.refuse(REGION, "Choose the region that you sell in.".to_owned());
    }
    let parts = back.zip(state).zip(seller).zip(region);
    reader.finish_target(parts.map(|(((back, state), seller), region)| {
        [
            (REGION, Some(region.to_string())),
            (SELLING_PARTNER_CLAIM, Some(seller)),
            (AMAZON_CALLBACK_URI, Some(back.address.into())),
            (AMAZON_STATE, Some(state)),
            (VERSION, version),
        ]
    }))
}

/// The same region again, at the Seller Central of a country that the seller is known to sell in. Which seller signs in
/// there is found out afterwards.
pub(super) fn of(account: &AccountDetails) -> Option<ConsentTarget> {
    let AccountDetails::Amazon(details) = account else {
        return None;
    };
    let country = details
        .countries
        .iter()
        .filter_map(|code| country_of(code))
        .find(|country| country.region == details.region)
        .unwrap_or_else(|| main_country(details.region));
    Some(target([
        (REGION, Some(details.region.to_string())),
        (COUNTRY, Some(country.code.to_owned())),
    ]))
}

#[cfg(test)]
mod tests {
    use fluxori_domain::{AmazonDetails, SecretText};
    use rstest::rstest;

    use super::{super::super::descriptor::descriptor, *};
    use crate::AmazonSettings;

    fn read_form(fields: &[(&str, &str)]) -> Result<ConsentTarget, Vec<String>> {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), SecretText::copy_of(value)))
            .collect();
        read(
            descriptor(&AmazonSettings::default()),
            &"*=http://127.0.0.1:8/sc".parse().unwrap(),
            &CredentialForm::new(fields),
        )
        .map_err(|invalid| {
            let problems = invalid.problems.into_iter();
            problems.map(|problem| problem.field).collect()
        })
    }

    #[rstest]
    #[case(&[("region", "eu")], "UK")]
    #[case(&[("region", "eu"), ("country", "ZA")], "ZA")]
    #[case(&[("region", "na")], "US")]
    #[case(&[("region", "fe"), ("country", "AU")], "AU")]
    fn a_region_leads_to_a_country(#[case] fields: &[(&str, &str)], #[case] country: &str) {
        let target = read_form(fields).unwrap();
        assert_eq!(target.part("country"), Some(country));
        assert_eq!(target.part("region"), Some(fields[0].1));
    }

    #[rstest]
    #[case(&[], &["region"])]
    #[case(&[("region", "xx")], &["region"])]
    #[case(&[("region", "na"), ("country", "ZA")], &["country"])]
    #[case(&[("region", "na"), ("country", "evil.example")], &["country"])]
    #[case(&[("region", "na"), ("refreshToken", "x")], &["refreshToken"])]
    fn what_cannot_be_is_a_problem(#[case] fields: &[(&str, &str)], #[case] problems: &[&str]) {
        assert_eq!(read_form(fields).unwrap_err(), problems);
    }

    const BACK: &str = "https://sellercentral.amazon.co.za/apps/authorize/confirm/x";

    #[test]
    fn the_appstore_fills_the_form_in() {
        let fields = [
            ("amazonCallbackUri", BACK),
            ("amazonState", "MTQz"),
            ("sellingPartnerId", "a1simulated001"),
            ("version", "beta"),
            ("country", ""),
        ];
        let target = read_form(&fields).unwrap();
        assert_eq!(target.part("region"), Some("eu"), "as the host says");
        assert_eq!(target.part("selling_partner_id"), Some("A1SIMULATED001"));
        assert_eq!(target.part("amazonCallbackUri"), Some(BACK));
        assert_eq!(target.part("version"), Some("beta"));
    }

    #[rstest]
    #[case("https://evil.example/x", "MTQz", &["amazonCallbackUri"])]
    #[case(BACK, "a b", &["amazonState"])]
    #[case("http://127.0.0.1:8/sc/x", "MTQz", &["region"])]
    fn the_appstore_may_not_send_the_seller_anywhere(
        #[case] back: &str,
        #[case] state: &str,
        #[case] problems: &[&str],
    ) {
        let fields = [
            ("amazonCallbackUri", back),
            ("amazonState", state),
            ("sellingPartnerId", "A1SIMULATED001"),
        ];
        assert_eq!(read_form(&fields).unwrap_err(), problems);
    }

    #[rstest]
    #[case(&["AE", "ZA"], "AE")]
    #[case(&["GB"], "UK")]
    #[case(&["US"], "UK")]
    #[case(&[], "UK")]
    fn an_account_is_renewed_where_it_sells(#[case] countries: &[&str], #[case] expected: &str) {
        let details = AccountDetails::Amazon(AmazonDetails {
            region: AmazonRegion::Europe,
            selling_partner_id: "A1SIMULATED001".to_owned(),
            marketplace_ids: vec![],
            countries: countries.iter().map(|code| (*code).to_owned()).collect(),
        });
        assert_eq!(of(&details).unwrap().part("country"), Some(expected));
    }
}
