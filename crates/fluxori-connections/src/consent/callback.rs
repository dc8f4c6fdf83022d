use fluxori_domain::{
    AccountId, AuthorisationCode, CallbackQuery, Caller, ConnectionId, Marketplace, OutcomeClass,
    SecretText, ServiceName,
    ports::{
        CallbackAnswer, CallbackProblem, Consent, ConsentClient, ExchangeReport, Grant,
        IdentifyReport, OAuthFlow,
    },
    telemetry::events,
};
use std::collections::BTreeMap;
use tokio::time::sleep;
use tracing::Instrument as _;

use super::{
    binding::{BrowserBinding, hash_of_state},
    store::Identified,
};
use crate::{ConnectionError, Connections};

/// Pauses before a marketplace is asked again whose account a fresh grant is.
const ASK_AGAIN: [std::time::Duration; 2] = [
    std::time::Duration::from_millis(500),
    std::time::Duration::from_secs(2),
];

/// How a seller's way through the browser ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackEnd {
    /// Where the browser goes now; `None` when nobody knows.
    pub return_to: Option<String>,
    /// How it ended.
    pub result: ConsentResult,
}

/// What the page is told. Nothing that the marketplace said is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentResult {
    /// The accounts are connected. The first is the one that was asked for.
    Connected(Vec<ConnectionId>),
    /// The seller said no.
    Denied,
    /// There is no such flow: it took too long, was used before, or began in another browser.
    Expired,
    /// What came back is not what the marketplace sends.
    Invalid,
    /// The seller agreed for another account than the connection's, which stays as it is. It can be connected as new.
    OtherAccount,
    /// The marketplace did not go through with it.
    Refused(OutcomeClass),
    /// This side did not: try again.
    Failed,
}

impl ConsentResult {
    /// Its name in the address that the browser is sent to.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Connected(_) => "connected",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Invalid => "invalid",
            Self::OtherAccount => "other_account",
            Self::Refused(_) => "refused",
            Self::Failed => "failed",
        }
    }
}

/// A flow that came back, with what it came back with.
struct Returned {
    flow: OAuthFlow,
    code: AuthorisationCode,
    claims: BTreeMap<String, String>,
    verifier: fluxori_domain::PkceVerifier,
    redirect_uri: String,
}

impl Returned {
    fn consent(&self) -> Consent<'_> {
        Consent {
            target: &self.flow.target,
            code: &self.code,
            claims: &self.claims,
            verifier: &self.verifier,
            redirect_uri: &self.redirect_uri,
        }
    }
}

impl Connections {
    /// Ends a seller's way through the browser. Whatever goes wrong is a result, never an error: a person is looking at it.
    ///
    /// What begins with the code goes on when the browser does not wait for it, for the tokens exist from then on.
    #[tracing::instrument(name = "connections.finish_consent", skip_all)]
    pub async fn finish_consent(
        &self,
        service: &ServiceName,
        marketplace: Marketplace,
        query: CallbackQuery,
        browser: Option<BrowserBinding>,
    ) -> CallbackEnd {
        let flow = match self.take_flow(marketplace, &query, browser).await {
            Ok(flow) => flow,
            Err(result) => {
                tracing::info!(
                    event = events::CONSENT_UNKNOWN,
                    %marketplace,
                    result = result.as_str(),
                    "a callback came to nothing"
                );
                return CallbackEnd {
                    return_to: self.ports.consents.fallback(),
                    result,
                };
            }
        };
        let (return_to, returned) = match flow {
            Taken::Denied { return_to } => {
                return CallbackEnd {
                    return_to: Some(return_to),
                    result: ConsentResult::Denied,
                };
            }
            Taken::Granted(returned) => (returned.flow.return_to.clone(), returned),
        };
        let this = self.clone();
        let service = service.clone();
        let redeeming = async move { this.redeem(&service, *returned).await };
        let task = self.tasks.spawn(redeeming.in_current_span());
        let result = task.await.unwrap_or(ConsentResult::Failed);
        tracing::info!(
            event = events::CONSENT_ENDED,
            %marketplace,
            result = result.as_str(),
            "a consent has come to its end"
        );
        CallbackEnd {
            return_to: Some(return_to),
            result,
        }
    }

    /// Checks what can be checked without the flow, then takes the flow: once.
    async fn take_flow(
        &self,
        marketplace: Marketplace,
        query: &CallbackQuery,
        browser: Option<BrowserBinding>,
    ) -> Result<Taken, ConsentResult> {
        let client = self.consent_client(marketplace)?;
        let answer = client
            .read_callback(query, self.now())
            .map_err(|problem| match problem {
                CallbackProblem::Malformed | CallbackProblem::Forged => ConsentResult::Invalid,
                CallbackProblem::Stale => ConsentResult::Expired,
            })?;
        let Ok(Some(state)) = query.one("state") else {
            return Err(ConsentResult::Invalid);
        };
        let browser = browser.ok_or(ConsentResult::Expired)?;
        let flow = self
            .ports
            .flows
            .take(
                hash_of_state(state),
                browser.hash(),
                marketplace,
                self.now(),
            )
            .await
            .map_err(|error| failed(&error.into()))?
            .ok_or(ConsentResult::Expired)?;
        let CallbackAnswer::Granted { code, claims } = answer else {
            return Ok(Taken::Denied {
                return_to: flow.return_to,
            });
        };
        if !client.fits(&flow.target, &claims) {
            return Err(ConsentResult::Invalid);
        }
        let redirect_uri = self
            .ports
            .consents
            .callback_url(marketplace)
            .map_err(|error| failed(&error))?;
        Ok(Taken::Granted(Box::new(Returned {
            verifier: verifier(&browser, state),
            flow,
            code,
            claims,
            redirect_uri,
        })))
    }

    /// From the code to stored connections.
    async fn redeem(&self, service: &ServiceName, returned: Returned) -> ConsentResult {
        let Ok(client) = self.consent_client(returned.flow.marketplace) else {
            return ConsentResult::Failed;
        };
        // A code can be redeemed once, and what comes of it is kept nowhere else.
        let organization = &returned.flow.scope.organization;
        if let Err(error) = self.make_ready(organization, None).await {
            return failed(&error.into());
        }
        let grant = match client.exchange(returned.consent()).await {
            ExchangeReport::Granted(grant) => grant,
            ExchangeReport::Refused(outcome) => return ConsentResult::Refused(outcome.class),
        };
        let granted_at = self.now();
        let identified = match self.identify(client, &returned, grant).await {
            Ok(identified) => identified,
            Err(class) => return ConsentResult::Refused(class),
        };
        let caller = Caller {
            scope: returned.flow.scope.clone(),
            actor: returned.flow.actor.clone(),
            service: service.clone(),
            request_id: None,
        };
        match self
            .store_grant(&caller, &returned.flow, &identified, granted_at)
            .await
        {
            Ok(connections) => ConsentResult::Connected(connections),
            Err(ConnectionError::OtherAccount) => ConsentResult::OtherAccount,
            Err(error) => failed(&error),
        }
    }

    /// Asks whose the grant is. When the marketplace cannot be asked, what the callback said has to do: the tokens are
    /// too dear to be thrown away, and the next test finds out.
    async fn identify(
        &self,
        client: &dyn ConsentClient,
        returned: &Returned,
        grant: Grant,
    ) -> Result<Identified, OutcomeClass> {
        let mut pauses = ASK_AGAIN.into_iter();
        let outcome = loop {
            match client.identify(returned.consent(), &grant.tokens).await {
                IdentifyReport::Accounts(accounts) => {
                    return Ok(Identified {
                        tokens: grant.tokens,
                        accounts,
                        outcome: Some(OutcomeClass::Ok),
                    });
                }
                IdentifyReport::Unknown(outcome) if outcome.class.is_transient() => {
                    match pauses.next() {
                        Some(pause) => sleep(pause).await,
                        None => break outcome,
                    }
                }
                IdentifyReport::Unknown(outcome) => break outcome,
            }
        };
        match grant.presumed {
            Some(account) if outcome.class != OutcomeClass::ReauthRequired => Ok(Identified {
                tokens: grant.tokens,
                accounts: vec![account],
                outcome: (!outcome.class.is_transient()).then_some(outcome.class),
            }),
            _ => Err(outcome.class),
        }
    }

    fn consent_client(
        &self,
        marketplace: Marketplace,
    ) -> Result<&dyn ConsentClient, ConsentResult> {
        self.ports
            .marketplaces
            .consent(marketplace)
            .map_err(|_| ConsentResult::Invalid)
    }
}

enum Taken {
    Denied { return_to: String },
    Granted(Box<Returned>),
}

fn verifier(browser: &BrowserBinding, state: &SecretText) -> fluxori_domain::PkceVerifier {
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: the verifier is derived from it"
    )]
    browser.derive_verifier(secrecy::ExposeSecret::expose_secret(state))
}

fn failed(error: &ConnectionError) -> ConsentResult {
    tracing::error!(
        event = events::CONSENT_FAILED,
        %error,
        "a consent could not be brought to its end"
    );
    ConsentResult::Failed
}

/// The accounts of a consent that a reconnection is not about.
pub(super) fn is_among(
    pinned: Option<&AccountId>,
    accounts: &[fluxori_domain::ports::Account],
) -> bool {
    match pinned {
        Some(pinned) => accounts.iter().any(|account| account.id == *pinned),
        None => accounts.len() == 1,
    }
}
