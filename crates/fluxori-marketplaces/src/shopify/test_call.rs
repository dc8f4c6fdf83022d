use fluxori_domain::{
    AccountDetails, AuthType, OutcomeClass, ShopDomain, ShopifyDetails,
    ports::{Account, TestReport, TestSubject},
    telemetry::events,
};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::json;

use super::{
    Shopify,
    answer::classify,
    graphql::{Data, headroom},
    headers,
    parse::account_id,
    refresh::is_refreshable,
    scopes::covers,
};
use crate::{
    http::{Answer, Budget, ProviderRequest, RequestBody},
    outside::{LIST_LENGTH, code, name},
    report,
    verdict::Verdict,
};

/// Costs a few points and needs no scope. `plan` is left out: its members change between versions.
const QUERY: &str = "{ shop { id name myshopifyDomain currencyCode ianaTimezone } \
                     currentAppInstallation { id accessScopes { handle } } }";

impl Shopify {
    /// Asks the shop who it is and what the token may do.
    pub(super) async fn test_call(&self, subject: TestSubject<'_>) -> TestReport {
        let AccountDetails::Shopify(details) = subject.details else {
            return report::not_ours();
        };
        let Ok(mut headers) = headers(subject.document) else {
            return report::not_ours();
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let version = self.api_version.as_str();
        let exchange = self
            .http
            .send(ProviderRequest {
                method: Method::POST,
                url: self
                    .base_url
                    .join(&details.shop, &format!("/admin/api/{version}/graphql.json")),
                headers,
                body: RequestBody::text(json!({ "query": QUERY }).to_string()),
                budget: Budget::Test,
            })
            .await;
        let now = self.clock.now();
        let rate = exchange.answer.as_ref().ok().and_then(headroom);
        let verdict = exchange.answer.map_err(Verdict::from).and_then(|answer| {
            self.warn_of_another_version(&answer);
            classify(&answer, now)
        });
        match verdict {
            Ok(data) if data.shop.myshopify_domain == details.shop.as_str() => {
                if subject.auth_type == AuthType::OAuth && !self.may_do_enough(&data) {
                    let outcome = OutcomeClass::ScopeMissing.into();
                    return report::bare(outcome, exchange.latency, rate);
                }
                report::good(account(&details.shop, data), exchange.latency, rate)
            }
            // The token is of another shop than the one whose address was called.
            Ok(_) => report::bare(OutcomeClass::ConfigError.into(), exchange.latency, rate),
            Err(verdict) => {
                let may_be_stale =
                    !subject.is_fresh && is_refreshable(subject.auth_type, subject.document);
                report::refused(verdict, may_be_stale, exchange.latency, rate)
            }
        }
    }

    /// Whether the app may do all that its settings ask for. A custom app is the seller's own and asks for what it likes;
    /// an answer without a list does not say.
    fn may_do_enough(&self, data: &Data) -> bool {
        data.installation.as_ref().is_none_or(|installation| {
            let granted = installation.access_scopes.iter();
            covers(
                granted.map(|scope| scope.handle.as_str()),
                self.scopes.iter(),
            )
        })
    }

    /// A version that is too old is silently answered with a newer one.
    fn warn_of_another_version(&self, answer: &Answer) {
        let asked = self.api_version.as_str();
        let answered = answer.headers().get("x-shopify-api-version");
        if answered.is_some_and(|answered| answered != asked) {
            tracing::warn!(
                event = events::MARKETPLACE_VERSION_OBSOLETE,
                asked,
                "Shopify no longer answers with the API version asked for: raise SHOPIFY_API_VERSION"
            );
        }
    }
}

fn account(shop: &ShopDomain, data: Data) -> Account {
    let mut scopes: Vec<String> = data
        .installation
        .into_iter()
        .flat_map(|installation| installation.access_scopes)
        .filter_map(|scope| code(&scope.handle))
        .take(LIST_LENGTH)
        .collect();
    scopes.sort_unstable();
    Account {
        id: account_id(shop),
        name: data.shop.name.as_deref().and_then(name),
        details: AccountDetails::Shopify(ShopifyDetails {
            shop: shop.clone(),
            shop_gid: data.shop.id.as_deref().and_then(code),
            currency: data.shop.currency_code.as_deref().and_then(code),
            timezone: data.shop.iana_timezone.as_deref().and_then(code),
            scopes,
        }),
    }
}
