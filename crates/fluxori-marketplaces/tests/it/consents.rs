//! A seller goes to a consent page and comes back.

use std::collections::BTreeMap;

use fluxori_domain::{
    AuthorisationCode, CallbackQuery, ConsentTarget, CredentialDocument, Marketplace, PkceVerifier,
    SecretText,
    ports::{
        CallbackAnswer, Consent, ConsentRequest, ExchangeReport, Grant, IdentifyReport, Renewal,
    },
};
use fluxori_test_support::providers::Decision;
use secrecy::ExposeSecret;
use url::Url;

use crate::support::{World, form};

pub(crate) const STATE: &str = "st-0123456789abcdef0123456789abcdef";

/// A consent that was given, up to its code.
pub(crate) struct Returned {
    marketplace: Marketplace,
    pub(crate) target: ConsentTarget,
    pub(crate) code: AuthorisationCode,
    pub(crate) claims: BTreeMap<String, String>,
    verifier: PkceVerifier,
    redirect_uri: String,
}

pub(crate) fn redirect_uri(marketplace: Marketplace) -> String {
    format!("http://127.0.0.1:9/api/oauth/{marketplace}/callback")
}

pub(crate) fn verifier() -> PkceVerifier {
    PkceVerifier::new(SecretText::new("v".repeat(43)))
}

/// The parameters of an address.
pub(crate) fn query_of(address: &str) -> CallbackQuery {
    let address = Url::parse(address).unwrap();
    let parameters = address.query_pairs().into_owned();
    CallbackQuery::new(
        parameters
            .map(|(name, value)| (name, SecretText::new(value)))
            .collect(),
    )
}

/// The access token and the refresh token; empty where there is none.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: tests compare simulated tokens"
)]
pub(crate) fn tokens_of(document: &CredentialDocument) -> (String, String) {
    let CredentialDocument::Tokens {
        access_token,
        refresh_token,
    } = document
    else {
        panic!("a key is no token set")
    };
    let access = access_token
        .as_ref()
        .map(|token| token.expose_secret().to_owned());
    let refresh = refresh_token
        .as_ref()
        .map(|token| token.expose_secret().to_owned());
    (access.unwrap_or_default(), refresh.unwrap_or_default())
}

impl World {
    /// Where the browser is sent back to.
    pub(crate) fn decide(
        &self,
        marketplace: Marketplace,
        target: &ConsentTarget,
        decision: &Decision,
    ) -> String {
        let url = self
            .consent_client(marketplace)
            .consent_url(ConsentRequest {
                target,
                state: STATE,
                verifier: &verifier(),
                redirect_uri: &redirect_uri(marketplace),
            });
        let back = self.providers.consent(&url, decision);
        back.unwrap_or_else(|page| panic!("{page}"))
    }

    /// Agrees at the marketplace.
    pub(crate) fn agree(
        &self,
        marketplace: Marketplace,
        target: ConsentTarget,
        decision: &Decision,
    ) -> Returned {
        let back = self.decide(marketplace, &target, decision);
        let client = self.consent_client(marketplace);
        let answer = client.read_callback(&query_of(&back), self.now());
        let Ok(CallbackAnswer::Granted { code, claims }) = answer else {
            panic!("the seller agreed: {answer:?}")
        };
        assert!(client.fits(&target, &claims));
        Returned {
            marketplace,
            target,
            code,
            claims,
            verifier: verifier(),
            redirect_uri: redirect_uri(marketplace),
        }
    }

    pub(crate) fn target(
        &self,
        marketplace: Marketplace,
        fields: &[(&str, &str)],
    ) -> ConsentTarget {
        let client = self.consent_client(marketplace);
        client.target(&form(fields)).unwrap()
    }

    pub(crate) async fn redeem(&self, returned: &Returned) -> ExchangeReport {
        let client = self.consent_client(returned.marketplace);
        client.exchange(returned.consent()).await
    }

    pub(crate) async fn identify(&self, returned: &Returned, tokens: &Renewal) -> IdentifyReport {
        let client = self.consent_client(returned.marketplace);
        client.identify(returned.consent(), tokens).await
    }

    /// Redeems the code, which must succeed.
    pub(crate) async fn granted(&self, returned: &Returned) -> Grant {
        match self.redeem(returned).await {
            ExchangeReport::Granted(grant) => grant,
            ExchangeReport::Refused(outcome) => panic!("the code is good: {outcome:?}"),
        }
    }
}

impl Returned {
    pub(crate) const fn consent(&self) -> Consent<'_> {
        Consent {
            target: &self.target,
            code: &self.code,
            claims: &self.claims,
            verifier: &self.verifier,
            redirect_uri: self.redirect_uri.as_str(),
        }
    }
}
