//! Consent in the shop's admin, begun on our page or by installing the app there.

mod callback;
mod exchange;
mod url;

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, CallbackQuery, ConsentTarget, CredentialForm, InvalidForm, SecretText,
    ShopDomain,
    ports::{
        CallbackAnswer, CallbackProblem, Consent, ConsentClient, ConsentRequest, ExchangeReport,
        IdentifyReport, Renewal,
    },
};

use super::{Shopify, descriptor::SHOP, shop::read_shop};
use crate::{connect::target, form::FormReader, token::Application};

#[async_trait]
impl ConsentClient for Shopify {
    fn target(&self, form: &CredentialForm) -> Result<ConsentTarget, InvalidForm> {
        let mut reader = FormReader::before_consent(self.descriptor.clone(), form)?;
        let shop = reader.text(SHOP, read_shop);
        reader.finish_target(shop.map(|shop| [(SHOP, Some(shop.to_string()))]))
    }

    fn target_of(&self, account: &AccountDetails) -> Option<ConsentTarget> {
        let AccountDetails::Shopify(details) = account else {
            return None;
        };
        Some(target([(SHOP, Some(details.shop.to_string()))]))
    }

    fn read_start(
        &self,
        query: &CallbackQuery,
        now: DateTime<Utc>,
    ) -> Option<Result<BTreeMap<String, String>, CallbackProblem>> {
        Some(callback::check(query, self.client_secrets(), now).map(|shop| claims(&shop)))
    }

    fn consent_url(&self, request: ConsentRequest<'_>) -> String {
        let client_id = self.application.as_ref().map(Application::client_id);
        shop_of(request.target).map_or_else(String::new, |shop| {
            url::address(
                self.base_url.join(&shop, "/admin/oauth/authorize"),
                client_id.unwrap_or_default(),
                &self.scopes,
                request,
            )
        })
    }

    fn read_callback(
        &self,
        query: &CallbackQuery,
        now: DateTime<Utc>,
    ) -> Result<CallbackAnswer, CallbackProblem> {
        callback::read(query, self.client_secrets(), now)
    }

    /// The shop that signed must be the one that the flow was started for.
    fn fits(&self, target: &ConsentTarget, claims: &BTreeMap<String, String>) -> bool {
        target.part(SHOP).is_some() && target.part(SHOP) == claims.get(SHOP).map(String::as_str)
    }

    async fn exchange(&self, consent: Consent<'_>) -> ExchangeReport {
        self.redeem(consent).await
    }

    async fn identify(&self, consent: Consent<'_>, tokens: &Renewal) -> IdentifyReport {
        self.ask_whose(consent, tokens).await
    }
}

impl Shopify {
    pub(super) fn client_secrets(&self) -> &[SecretText] {
        self.application
            .as_ref()
            .map_or(&[], Application::client_secrets)
    }
}

/// The shop of a target; every one that was made here has one.
fn shop_of(target: &ConsentTarget) -> Option<ShopDomain> {
    ShopDomain::new(target.part(SHOP)?).ok()
}

fn claims(shop: &ShopDomain) -> BTreeMap<String, String> {
    BTreeMap::from([(SHOP.to_owned(), shop.to_string())])
}
