use fluxori_domain::{
    AccountDetails, AuthType, Clocks, OutcomeClass, ShopDomain, ShopifyDetails,
    ports::{Account, Consent, ExchangeReport, Grant, IdentifyReport, Renewal, TestSubject},
};
use secrecy::ExposeSecret;

use super::{
    super::{Shopify, parse::account_id},
    shop_of,
};
use crate::{
    outside::{LIST_LENGTH, code},
    report,
    token::TokenRequest,
};

impl Shopify {
    /// Asks for tokens that expire: only those can be refreshed, and public apps get no others any more.
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: goes into the body of one request to the token endpoint"
    )]
    pub(super) async fn redeem(&self, consent: Consent<'_>) -> ExchangeReport {
        let Some(shop) = shop_of(consent.target) else {
            return ExchangeReport::Refused(OutcomeClass::Bug.into());
        };
        let Some(application) = &self.application else {
            return ExchangeReport::Refused(OutcomeClass::AppConfig.into());
        };
        let request = TokenRequest::Json(vec![
            ("code", consent.code.expose_secret()),
            ("expiring", "1"),
        ]);
        let endpoint = self.token_endpoint(&shop);
        match endpoint.buy(application, &request).await.0 {
            Ok(bought) => ExchangeReport::Granted(Grant {
                presumed: Some(presumed(shop, bought.scope.as_deref())),
                tokens: bought.renew(None, Clocks::default()),
            }),
            Err(not_bought) => ExchangeReport::Refused(not_bought.into()),
        }
    }

    /// Asks the shop who it is and what was granted. Scopes that are missing are a verdict, not trouble; the shop is
    /// known all the same, as it was presumed.
    pub(super) async fn ask_whose(&self, consent: Consent<'_>, tokens: &Renewal) -> IdentifyReport {
        let Some(shop) = shop_of(consent.target) else {
            return IdentifyReport::Unknown(OutcomeClass::Bug.into());
        };
        let account = presumed(shop, None);
        let report = self
            .test_call(TestSubject {
                auth_type: AuthType::OAuth,
                document: &tokens.document,
                details: &account.details,
                is_fresh: true,
            })
            .await;
        report::identified(report)
    }
}

/// The shop that signed the callback, with what the token answer says was granted.
fn presumed(shop: ShopDomain, scope: Option<&str>) -> Account {
    let mut scopes: Vec<_> = scope
        .unwrap_or_default()
        .split(',')
        .filter_map(|scope| code(scope.trim()))
        .take(LIST_LENGTH)
        .collect();
    scopes.sort_unstable();
    Account {
        id: account_id(&shop),
        name: None,
        details: AccountDetails::Shopify(ShopifyDetails {
            shop,
            shop_gid: None,
            currency: None,
            timezone: None,
            scopes,
        }),
    }
}
