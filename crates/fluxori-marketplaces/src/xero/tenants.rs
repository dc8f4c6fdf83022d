use std::time::Duration;

use fluxori_domain::{CredentialDocument, ports::RateHeadroom};
use reqwest::Method;
use uuid::Uuid;

use super::{
    Xero,
    answer::{Tenant, classify, headroom},
    headers::headers_without_tenant,
};
use crate::{
    http::{Budget, ProviderRequest, RequestBody},
    verdict::Verdict,
};

/// The organisations that a token reaches.
pub(super) struct Listed {
    pub(super) tenants: Result<Vec<Tenant>, Verdict>,
    pub(super) latency: Duration,
    pub(super) rate: Option<RateHeadroom>,
}

impl Xero {
    /// Asks which organisations the token reaches: all of them, or those that one consent connected. `None` without an
    /// access token to ask with.
    pub(super) async fn list_tenants(
        &self,
        document: &CredentialDocument,
        auth_event: Option<Uuid>,
    ) -> Option<Listed> {
        let headers = headers_without_tenant(document).ok()?;
        let mut url = self.api_url.join("/connections");
        if let Some(event) = auth_event {
            url.query_pairs_mut()
                .append_pair("authEventId", &event.hyphenated().to_string());
        }
        let exchange = self
            .http
            .send(ProviderRequest {
                method: Method::GET,
                url,
                headers,
                body: RequestBody::NONE,
                budget: Budget::Test,
            })
            .await;
        let now = self.clock.now();
        Some(Listed {
            rate: exchange
                .answer
                .as_ref()
                .ok()
                .and_then(|answer| headroom(answer.headers())),
            latency: exchange.latency,
            tenants: exchange
                .answer
                .map_err(Verdict::from)
                .and_then(|answer| classify(&answer, now)),
        })
    }
}
