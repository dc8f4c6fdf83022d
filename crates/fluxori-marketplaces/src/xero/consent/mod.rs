//! Consent at Xero: OAuth 2 as the RFCs write it, with PKCE. One consent can connect several organisations.

mod callback;
mod exchange;
mod identify;
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

use super::{Xero, descriptor::TENANT_ID};
use crate::{connect::target, form::FormReader, token::Application};

#[async_trait]
impl ConsentClient for Xero {
    /// Which organisations are connected is chosen at Xero.
    fn target(&self, form: &CredentialForm) -> Result<ConsentTarget, InvalidForm> {
        FormReader::before_consent(self.descriptor.clone(), form)?.finish_target(Some([]))
    }

    fn target_of(&self, account: &AccountDetails) -> Option<ConsentTarget> {
        let AccountDetails::Xero(details) = account else {
            return None;
        };
        let tenant = details.tenant_id.map(|id| id.hyphenated().to_string());
        Some(target([(TENANT_ID, tenant)]))
    }

    fn read_start(
        &self,
        _query: &CallbackQuery,
        _now: DateTime<Utc>,
    ) -> Option<Result<BTreeMap<String, String>, CallbackProblem>> {
        None
    }

    fn consent_url(&self, request: ConsentRequest<'_>) -> String {
        let client_id = self.application.as_ref().map(Application::client_id);
        url::address(
            self.login_url.join("/identity/connect/authorize"),
            client_id.unwrap_or_default(),
            &self.scopes,
            request,
        )
    }

    fn read_callback(
        &self,
        query: &CallbackQuery,
        _now: DateTime<Utc>,
    ) -> Result<CallbackAnswer, CallbackProblem> {
        callback::read(query)
    }

    /// A callback names no account; the verifier ties the code to the flow.
    fn fits(&self, _target: &ConsentTarget, _claims: &BTreeMap<String, String>) -> bool {
        true
    }

    async fn exchange(&self, consent: Consent<'_>) -> ExchangeReport {
        self.redeem(consent).await
    }

    async fn identify(&self, consent: Consent<'_>, tokens: &Renewal) -> IdentifyReport {
        self.ask_which(consent.target, &tokens.document).await
    }
}
