use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, AuthType, CallbackQuery, ConsentTarget, CredentialDocument, CredentialForm,
    InvalidForm, Marketplace, MarketplaceDescriptor, Outcome, OutcomeClass, Submission,
    ports::{
        Admission, CallbackAnswer, CallbackProblem, Consent, ConsentClient, ConsentRequest,
        DisconnectSubject, Disconnection, ExchangeReport, IdentifyReport, MarketplaceClient,
        RefreshReport, RefreshSubject, Renewal, TestReport, TestSubject, WebhookEvent,
        WebhookProblem, WebhookRequest,
    },
    telemetry::{PROVIDER_CALL_DURATION, PROVIDER_CALLS},
};
use metrics::{counter, histogram};
use tracing::Instrument as _;

use super::Stopwatch;

/// A marketplace whose operations are counted, timed and traced.
pub(crate) struct ObservedMarketplace(pub(crate) Arc<dyn MarketplaceClient>);

impl ObservedMarketplace {
    /// Waits for an operation. `class` says what its answer means; nothing when nobody was asked.
    async fn observe<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = T>,
        class: impl FnOnce(&T) -> Option<OutcomeClass>,
    ) -> T {
        let marketplace = self.0.marketplace().as_str();
        let duration = histogram!(PROVIDER_CALL_DURATION, "marketplace" => marketplace, "operation" => operation);
        let span = tracing::info_span!(
            "marketplace",
            otel.kind = "client",
            marketplace,
            operation,
            class = tracing::field::Empty
        );
        let stopwatch = Stopwatch::start(&duration);
        let answer = work.instrument(span.clone()).await;
        if let Some(class) = class(&answer) {
            let class = class.as_str();
            span.record("class", class);
            stopwatch.stop(&counter!(PROVIDER_CALLS, "marketplace" => marketplace, "operation" => operation, "class" => class));
        }
        answer
    }

    fn consenting(&self) -> &dyn ConsentClient {
        let client = self.0.consent();
        client.expect("it is only asked for when it is there")
    }
}

#[async_trait]
impl MarketplaceClient for ObservedMarketplace {
    fn marketplace(&self) -> Marketplace {
        self.0.marketplace()
    }

    fn descriptor(&self) -> MarketplaceDescriptor {
        self.0.descriptor()
    }

    fn parse(&self, auth_type: AuthType, form: &CredentialForm) -> Result<Submission, InvalidForm> {
        self.0.parse(auth_type, form)
    }

    fn known_fields(&self, details: &AccountDetails) -> Vec<(&'static str, String)> {
        self.0.known_fields(details)
    }

    async fn test(&self, subject: TestSubject<'_>) -> TestReport {
        let class = |report: &TestReport| Some(report.outcome.class);
        self.observe("test", self.0.test(subject), class).await
    }

    fn is_refreshable(&self, auth_type: AuthType, document: &CredentialDocument) -> bool {
        self.0.is_refreshable(auth_type, document)
    }

    async fn admit_refresh(&self, details: &AccountDetails) -> Result<Admission, Outcome> {
        self.0.admit_refresh(details).await
    }

    async fn refresh(&self, subject: RefreshSubject<'_>) -> RefreshReport {
        let class = |report: &RefreshReport| {
            Some(match report {
                RefreshReport::Renewed(_) => OutcomeClass::Ok,
                RefreshReport::Refused(outcome) => outcome.class,
            })
        };
        self.observe("refresh", self.0.refresh(subject), class)
            .await
    }

    fn keep_alive_before(&self) -> Option<Duration> {
        self.0.keep_alive_before()
    }

    async fn disconnect(&self, subject: DisconnectSubject<'_>) -> Disconnection {
        let class = |disconnection: &Disconnection| match disconnection {
            Disconnection::Done => Some(OutcomeClass::Ok),
            Disconnection::LeftToSeller => None,
            Disconnection::Failed(outcome) => Some(outcome.class),
        };
        self.observe("disconnect", self.0.disconnect(subject), class)
            .await
    }

    fn consent(&self) -> Option<&dyn ConsentClient> {
        self.0.consent().map(|_| self as &dyn ConsentClient)
    }

    fn webhook(&self, request: WebhookRequest<'_>) -> Option<Result<WebhookEvent, WebhookProblem>> {
        self.0.webhook(request)
    }
}

#[async_trait]
impl ConsentClient for ObservedMarketplace {
    fn target(&self, form: &CredentialForm) -> Result<ConsentTarget, InvalidForm> {
        self.consenting().target(form)
    }

    fn target_of(&self, account: &AccountDetails) -> Option<ConsentTarget> {
        self.consenting().target_of(account)
    }

    fn read_start(
        &self,
        query: &CallbackQuery,
        now: DateTime<Utc>,
    ) -> Option<Result<BTreeMap<String, String>, CallbackProblem>> {
        self.consenting().read_start(query, now)
    }

    fn consent_url(&self, request: ConsentRequest<'_>) -> String {
        self.consenting().consent_url(request)
    }

    fn read_callback(
        &self,
        query: &CallbackQuery,
        now: DateTime<Utc>,
    ) -> Result<CallbackAnswer, CallbackProblem> {
        self.consenting().read_callback(query, now)
    }

    fn fits(&self, target: &ConsentTarget, claims: &BTreeMap<String, String>) -> bool {
        self.consenting().fits(target, claims)
    }

    async fn exchange(&self, consent: Consent<'_>) -> ExchangeReport {
        let class = |report: &ExchangeReport| {
            Some(match report {
                ExchangeReport::Granted(_) => OutcomeClass::Ok,
                ExchangeReport::Refused(outcome) => outcome.class,
            })
        };
        self.observe("exchange", self.consenting().exchange(consent), class)
            .await
    }

    async fn identify(&self, consent: Consent<'_>, tokens: &Renewal) -> IdentifyReport {
        let class = |report: &IdentifyReport| {
            Some(match report {
                IdentifyReport::Accounts(_) => OutcomeClass::Ok,
                IdentifyReport::Unknown(outcome) => outcome.class,
            })
        };
        self.observe(
            "identify",
            self.consenting().identify(consent, tokens),
            class,
        )
        .await
    }
}
