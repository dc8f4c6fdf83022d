//! Where Amazon's sellers sign in and consent.

use fluxori_domain::AmazonRegion::{self, Europe, FarEast, NorthAmerica};
use url::Url;

use crate::settings::SellerCentral;

/// A country where Amazon has a marketplace, its region, and its Seller Central.
pub(super) struct Country {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) region: AmazonRegion,
    host: &'static str,
}

const fn country(
    code: &'static str,
    name: &'static str,
    region: AmazonRegion,
    host: &'static str,
) -> Country {
    Country {
        code,
        name,
        region,
        host,
    }
}

/// The first one of a region stands for the region.
pub(super) const COUNTRIES: [Country; 23] = [
    country(
        "US",
        "United States",
        NorthAmerica,
        "sellercentral.amazon.com",
    ),
    country("CA", "Canada", NorthAmerica, "sellercentral.amazon.ca"),
    country("MX", "Mexico", NorthAmerica, "sellercentral.amazon.com.mx"),
    country("BR", "Brazil", NorthAmerica, "sellercentral.amazon.com.br"),
    country(
        "UK",
        "United Kingdom",
        Europe,
        "sellercentral-europe.amazon.com",
    ),
    country("DE", "Germany", Europe, "sellercentral-europe.amazon.com"),
    country("FR", "France", Europe, "sellercentral-europe.amazon.com"),
    country("IT", "Italy", Europe, "sellercentral-europe.amazon.com"),
    country("ES", "Spain", Europe, "sellercentral-europe.amazon.com"),
    country("NL", "Netherlands", Europe, "sellercentral.amazon.nl"),
    country("BE", "Belgium", Europe, "sellercentral.amazon.com.be"),
    country("IE", "Ireland", Europe, "sellercentral.amazon.ie"),
    country("SE", "Sweden", Europe, "sellercentral.amazon.se"),
    country("PL", "Poland", Europe, "sellercentral.amazon.pl"),
    country("TR", "Türkiye", Europe, "sellercentral.amazon.com.tr"),
    country("ZA", "South Africa", Europe, "sellercentral.amazon.co.za"),
    country("EG", "Egypt", Europe, "sellercentral.amazon.eg"),
    country(
        "AE",
        "United Arab Emirates",
        Europe,
        "sellercentral.amazon.ae",
    ),
    country("SA", "Saudi Arabia", Europe, "sellercentral.amazon.sa"),
    country("IN", "India", Europe, "sellercentral.amazon.in"),
    country("JP", "Japan", FarEast, "sellercentral.amazon.co.jp"),
    country("AU", "Australia", FarEast, "sellercentral.amazon.com.au"),
    country("SG", "Singapore", FarEast, "sellercentral.amazon.sg"),
];

/// The country of this code. Amazon's answers write `GB` for the United Kingdom, its lists `UK`.
pub(super) fn country_of(code: &str) -> Option<&'static Country> {
    let code = if code == "GB" { "UK" } else { code };
    COUNTRIES.iter().find(|country| country.code == code)
}

/// The country that stands for a region.
pub(super) fn main_country(region: AmazonRegion) -> &'static Country {
    COUNTRIES
        .iter()
        .find(|country| country.region == region)
        .expect("every region has countries")
}

/// The consent page of a country's Seller Central.
pub(super) fn consent_page(country: &Country, settings: &SellerCentral) -> Url {
    const PATH: &str = "/apps/authorize/consent";
    settings.of(country.code).map_or_else(
        || Url::parse(&format!("https://{}{PATH}", country.host)).expect("the table holds hosts"),
        |address| address.join(PATH),
    )
}

/// Where a start in Amazon's Appstore leads back to.
pub(super) struct AppstoreReturn {
    pub(super) address: Url,
    /// The region of that Seller Central, where the host tells.
    pub(super) region: Option<AmazonRegion>,
}

/// Reads the address that the Appstore gives, if it is one of a Seller Central: anybody can send a seller to us with
/// any address, and we send the seller there.
pub(super) fn read_return(text: &str, settings: &SellerCentral) -> Option<AppstoreReturn> {
    let address = Url::parse(text).ok()?;
    let mut set = settings.iter();
    if let Some((country, _)) = set.find(|(_, known)| known.host_rule().allows(&address)) {
        return Some(AppstoreReturn {
            region: country_of(country).map(|country| country.region),
            address,
        });
    }
    let is_plain = address.scheme() == "https"
        && address.port().is_none()
        && address.username().is_empty()
        && address.password().is_none();
    let country = COUNTRIES
        .iter()
        .find(|country| address.host_str() == Some(country.host))
        .filter(|_| is_plain)?;
    Some(AppstoreReturn {
        region: Some(country.region),
        address,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("US", "https://sellercentral.amazon.com/apps/authorize/consent")]
    #[case("GB", "https://sellercentral-europe.amazon.com/apps/authorize/consent")]
    #[case("ZA", "https://sellercentral.amazon.co.za/apps/authorize/consent")]
    #[case("AU", "https://sellercentral.amazon.com.au/apps/authorize/consent")]
    #[case("IE", "http://127.0.0.1:9/sc/apps/authorize/consent")]
    fn a_country_has_its_seller_central(#[case] code: &str, #[case] page: &str) {
        let settings: SellerCentral = "IE=http://127.0.0.1:9/sc".parse().unwrap();
        let country = country_of(code).unwrap();
        assert_eq!(consent_page(country, &settings).as_str(), page);
    }

    #[rstest]
    #[case(
        "https://sellercentral.amazon.com/apps/authorize/confirm/x",
        Some(NorthAmerica)
    )]
    #[case("https://sellercentral-europe.amazon.com/apps/x?a=b", Some(Europe))]
    #[case("https://sellercentral.amazon.co.za/x", Some(Europe))]
    #[case("https://SELLERCENTRAL.amazon.com.au/x", Some(FarEast))]
    fn the_appstore_leads_back_to_a_seller_central(
        #[case] text: &str,
        #[case] region: Option<AmazonRegion>,
    ) {
        let found = read_return(text, &SellerCentral::default()).unwrap();
        assert_eq!(found.region, region);
    }

    #[rstest]
    #[case("http://sellercentral.amazon.com/x")]
    #[case("https://sellercentral.amazon.com:8443/x")]
    #[case("https://user@sellercentral.amazon.com/x")]
    #[case("https://sellercentral.amazon.com.evil.example/x")]
    #[case("https://evil.example/sellercentral.amazon.com")]
    #[case("https://sellercentral.amazon.com@evil.example/x")]
    #[case("https://amazon.com/x")]
    #[case("https://xsellercentral.amazon.com/x")]
    #[case("javascript:alert(1)")]
    #[case("//sellercentral.amazon.com/x")]
    #[case("http://127.0.0.1:9/sc/x")]
    #[case("")]
    fn nobody_is_sent_anywhere_else(#[case] text: &str) {
        assert!(read_return(text, &SellerCentral::default()).is_none());
    }

    #[test]
    fn an_address_that_is_set_is_known_with_its_scheme_and_port() {
        let settings: SellerCentral = "*=http://127.0.0.1:9/sc".parse().unwrap();
        let found = read_return("http://127.0.0.1:9/sc/confirm", &settings).unwrap();
        assert_eq!(found.region, None);
        assert!(read_return("http://127.0.0.1:8/sc/confirm", &settings).is_none());
        assert!(read_return("http://127.0.0.2:9/sc/confirm", &settings).is_none());
        let settings: SellerCentral = "JP=https://sc.example".parse().unwrap();
        let found = read_return("https://sc.example/confirm", &settings).unwrap();
        assert_eq!(found.region, Some(FarEast));
    }
}
