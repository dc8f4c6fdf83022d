//! Consent at Seller Central, begun on our page or in Amazon's Appstore.

mod callback;
mod exchange;
mod start;
mod target;
mod url;

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, CallbackQuery, ConsentTarget, CredentialForm, InvalidForm,
    ports::{
        CallbackAnswer, CallbackProblem, Consent, ConsentClient, ConsentRequest, ExchangeReport,
        IdentifyReport, Renewal,
    },
};

use super::Amazon;

/// The claim of a callback, and the part of a target, that names the seller.
const SELLING_PARTNER_CLAIM: &str = "selling_partner_id";

#[async_trait]
impl ConsentClient for Amazon {
    fn target(&self, form: &CredentialForm) -> Result<ConsentTarget, InvalidForm> {
        target::read(self.descriptor.clone(), &self.seller_central, form)
    }

    fn target_of(&self, account: &AccountDetails) -> Option<ConsentTarget> {
        target::of(account)
    }

    fn read_start(
        &self,
        query: &CallbackQuery,
        _now: DateTime<Utc>,
    ) -> Option<Result<BTreeMap<String, String>, CallbackProblem>> {
        Some(start::read(query, &self.seller_central))
    }

    fn consent_url(&self, request: ConsentRequest<'_>) -> String {
        url::Page {
            application_id: &self.application_id,
            is_draft: self.is_draft,
            seller_central: &self.seller_central,
        }
        .address(request)
    }

    fn read_callback(
        &self,
        query: &CallbackQuery,
        _now: DateTime<Utc>,
    ) -> Result<CallbackAnswer, CallbackProblem> {
        callback::read(query)
    }

    fn fits(&self, target: &ConsentTarget, claims: &BTreeMap<String, String>) -> bool {
        callback::fits(target, claims)
    }

    async fn exchange(&self, consent: Consent<'_>) -> ExchangeReport {
        self.redeem(consent).await
    }

    async fn identify(&self, consent: Consent<'_>, tokens: &Renewal) -> IdentifyReport {
        self.ask_whose(consent, tokens).await
    }
}
