use fluxori_domain::{AmazonRegion, ConsentTarget, ports::ConsentRequest};
use url::Url;

use super::{
    super::{
        descriptor::{COUNTRY, REGION},
        seller_central::{COUNTRIES, consent_page, country_of, main_country, read_return},
    },
    target::{AMAZON_CALLBACK_URI, AMAZON_STATE, BETA, VERSION},
};
use crate::{callback::address_text, settings::SellerCentral};

/// What the address of a consent page is made of. There is no scope and no PKCE: the application's registration says
/// what it may do.
pub(super) struct Page<'a> {
    pub(super) application_id: &'a str,
    pub(super) is_draft: bool,
    pub(super) seller_central: &'a SellerCentral,
}

impl Page<'_> {
    pub(super) fn address(&self, request: ConsentRequest<'_>) -> String {
        let target = request.target;
        let appstore = target
            .part(AMAZON_CALLBACK_URI)
            .zip(target.part(AMAZON_STATE))
            .and_then(|(back, state)| Some((read_return(back, self.seller_central)?, state)));
        let mut url = match appstore {
            Some((back, amazon_state)) => {
                let mut url = back.address;
                url.query_pairs_mut()
                    .append_pair("redirect_uri", request.redirect_uri)
                    .append_pair("amazon_state", amazon_state)
                    .append_pair("state", request.state);
                url
            }
            None => self.website(request),
        };
        if self.is_draft || target.part(VERSION) == Some(BETA) {
            url.query_pairs_mut().append_pair(VERSION, BETA);
        }
        address_text(url)
    }

    fn website(&self, request: ConsentRequest<'_>) -> Url {
        let country = request.target.part(COUNTRY).and_then(country_of);
        let country = country
            .or_else(|| region(request.target).map(main_country))
            .unwrap_or(&COUNTRIES[0]);
        let mut url = consent_page(country, self.seller_central);
        url.query_pairs_mut()
            .append_pair("application_id", self.application_id)
            .append_pair("state", request.state)
            .append_pair("redirect_uri", request.redirect_uri);
        url
    }
}

/// The region of a target; every one that was made here has one.
pub(super) fn region(target: &ConsentTarget) -> Option<AmazonRegion> {
    target.part(REGION)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use fluxori_domain::{PkceVerifier, SecretText};
    use rstest::rstest;

    use super::*;
    use crate::connect::target;

    fn address(target: &ConsentTarget, is_draft: bool) -> String {
        let seller_central = "AE=http://127.0.0.1:9/sc".parse().unwrap();
        let page = Page {
            application_id: "amzn1.sp.solution.a",
            is_draft,
            seller_central: &seller_central,
        };
        page.address(ConsentRequest {
            target,
            state: "st-1",
            verifier: &PkceVerifier::new(SecretText::copy_of("unused")),
            redirect_uri: "https://f.example/api/oauth/amazon/callback",
        })
    }

    const REST: &str = "/apps/authorize/consent?application_id=amzn1.sp.solution.a&state=st-1\
                        &redirect_uri=https%3A%2F%2Ff.example%2Fapi%2Foauth%2Famazon%2Fcallback";

    #[rstest]
    #[case("ZA", false, "https://sellercentral.amazon.co.za", "")]
    #[case("ZA", true, "https://sellercentral.amazon.co.za", "&version=beta")]
    #[case("AE", false, "http://127.0.0.1:9/sc", "")]
    fn a_consent_begins_at_the_countrys_seller_central(
        #[case] country: &str,
        #[case] is_draft: bool,
        #[case] host: &str,
        #[case] end: &str,
    ) {
        let target = target([
            ("region", Some("eu".to_owned())),
            ("country", Some(country.to_owned())),
        ]);
        assert_eq!(address(&target, is_draft), format!("{host}{REST}{end}"));
    }

    #[rstest]
    #[case(None, "")]
    #[case(Some("beta"), "&version=beta")]
    fn a_start_in_the_appstore_goes_back_there(#[case] version: Option<&str>, #[case] end: &str) {
        let target = target([
            ("region", Some("eu".to_owned())),
            (
                "amazonCallbackUri",
                Some("https://sellercentral.amazon.co.za/confirm?x=1".to_owned()),
            ),
            ("amazonState", Some("a+b c".to_owned())),
            ("version", version.map(ToOwned::to_owned)),
        ]);
        assert_eq!(
            address(&target, false),
            format!(
                "https://sellercentral.amazon.co.za/confirm?x=1&redirect_uri=https%3A%2F%2Ff.example%2Fapi%2Foauth\
                 %2Famazon%2Fcallback&amazon_state=a%2Bb%20c&state=st-1{end}"
            )
        );
    }
}
