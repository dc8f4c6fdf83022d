use fluxori_domain::ports::ConsentRequest;
use oauth2::{
    AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, Scope, basic::BasicClient,
};
use secrecy::ExposeSecret;
use url::Url;

use crate::{callback::address_text, settings::Scopes};

/// The address of the consent page, with a challenge that only the holder of the verifier can meet (RFC 7636, S256).
pub(super) fn address(
    page: Url,
    client_id: &str,
    scopes: &Scopes,
    request: ConsentRequest<'_>,
) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: only its hash goes into the address"
    )]
    let verifier = PkceCodeVerifier::new(request.verifier.expose_secret().to_owned());
    let client =
        BasicClient::new(ClientId::new(client_id.to_owned())).set_auth_uri(AuthUrl::from_url(page));
    let (url, _state) = client
        .authorize_url(|| CsrfToken::new(request.state.to_owned()))
        .add_scopes(scopes.iter().map(|scope| Scope::new(scope.to_owned())))
        .add_extra_param("redirect_uri", request.redirect_uri)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .url();
    address_text(url)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fluxori_domain::{ConsentTarget, PkceVerifier, SecretText};

    use super::*;

    #[test]
    fn a_consent_page_gets_the_challenge_and_never_the_verifier() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let address = address(
            Url::parse("https://login.xero.com/identity/connect/authorize").unwrap(),
            "0123456789ABCDEF",
            &"openid,offline_access accounting.settings.read"
                .parse()
                .unwrap(),
            ConsentRequest {
                target: &ConsentTarget::default(),
                state: "st-1",
                verifier: &PkceVerifier::new(SecretText::copy_of(verifier)),
                redirect_uri: "https://f.example/cb?x=1",
            },
        );
        assert!(!address.contains(verifier), "{address}");
        assert!(!address.contains('+'), "{address}");
        let url = Url::parse(&address).unwrap();
        let parameters: Vec<_> = url.query_pairs().collect();
        let by_name: BTreeMap<_, _> = parameters.iter().cloned().collect();
        assert_eq!(by_name.len(), parameters.len(), "none came twice");
        let expected = [
            ("client_id", "0123456789ABCDEF"),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("code_challenge_method", "S256"),
            ("redirect_uri", "https://f.example/cb?x=1"),
            ("response_type", "code"),
            ("scope", "openid offline_access accounting.settings.read"),
            ("state", "st-1"),
        ];
        let found: Vec<_> = by_name
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(url.path(), "/identity/connect/authorize");
    }
}
