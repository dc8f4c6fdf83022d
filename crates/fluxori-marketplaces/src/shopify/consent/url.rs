use fluxori_domain::ports::ConsentRequest;
use url::Url;

use crate::{callback::address_text, settings::Scopes};

/// The address of a shop's consent page. There is neither PKCE nor a response type; what is left out asks for a token
/// that works without a user present. Without scopes the app's registration says what it may do.
pub(super) fn address(
    mut page: Url,
    client_id: &str,
    scopes: &Scopes,
    request: ConsentRequest<'_>,
) -> String {
    let scopes: Vec<_> = scopes.iter().collect();
    {
        let mut query = page.query_pairs_mut();
        query.append_pair("client_id", client_id);
        if !scopes.is_empty() {
            query.append_pair("scope", &scopes.join(","));
        }
        query
            .append_pair("redirect_uri", request.redirect_uri)
            .append_pair("state", request.state);
    }
    address_text(page)
}

#[cfg(test)]
mod tests {
    use fluxori_domain::{ConsentTarget, PkceVerifier, SecretText};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("read_products write_orders", "&scope=read_products%2Cwrite_orders")]
    #[case("", "")]
    fn a_consent_begins_in_the_shop(#[case] scopes: &str, #[case] scope: &str) {
        let request = ConsentRequest {
            target: &ConsentTarget::default(),
            state: "st-1",
            verifier: &PkceVerifier::new(SecretText::copy_of("unused")),
            redirect_uri: "https://f.example/cb",
        };
        let page = Url::parse("https://a.myshopify.com/admin/oauth/authorize").unwrap();
        assert_eq!(
            address(page, "id", &scopes.parse().unwrap(), request),
            format!(
                "https://a.myshopify.com/admin/oauth/authorize?client_id=id{scope}\
                 &redirect_uri=https%3A%2F%2Ff.example%2Fcb&state=st-1"
            )
        );
    }
}
