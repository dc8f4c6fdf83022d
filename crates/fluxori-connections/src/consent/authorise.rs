use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AuthType, Caller, ConnectionId, ConsentTarget, CredentialForm, Label, Marketplace, SecretText,
    ports::{ConsentRequest, OAuthFlow},
};

use super::binding::{BrowserBinding, hash_of_state, make_state};
use crate::{ConnectionError, Connections};

/// How long a seller may take at the consent page.
const FLOW_LIFE: TimeDelta = TimeDelta::minutes(10);

/// What a seller wants to connect in the browser.
#[derive(Debug)]
pub struct AuthoriseRequest {
    /// Where.
    pub marketplace: Marketplace,
    /// The fields of the consent form: a shop, a region. None of them secret.
    pub form: CredentialForm,
    /// The seller's name for a new connection.
    pub label: Option<Label>,
    /// Whether a new connection becomes the default of its marketplace.
    pub make_default: bool,
    /// Where the browser goes in the end.
    pub return_to: Option<String>,
}

/// A seller may leave for the consent page.
#[derive(Debug)]
pub struct Authorisation {
    /// The address of the consent page.
    pub url: String,
    /// When the seller has to be back.
    pub expires_at: DateTime<Utc>,
    /// What the browser must bring back, as a cookie.
    pub browser: BrowserBinding,
}

impl Connections {
    /// Begins to connect a new account in the browser.
    ///
    /// # Errors
    /// [`ConnectionError::NotSupported`], [`ConnectionError::NotConfigured`], [`ConnectionError::InvalidForm`],
    /// [`ConnectionError::ReturnAddress`]; those of the database.
    #[tracing::instrument(name = "connections.authorise", skip_all)]
    pub async fn authorise(
        &self,
        caller: &Caller,
        request: AuthoriseRequest,
        browser: Option<BrowserBinding>,
    ) -> Result<Authorisation, ConnectionError> {
        let client = self.ports.marketplaces.consent(request.marketplace)?;
        let target = client.target(&request.form)?;
        let plan = Plan {
            marketplace: request.marketplace,
            target,
            reconnects: None,
            label: request.label,
            make_default: request.make_default,
            return_to: request.return_to,
        };
        self.begin_flow(caller, plan, browser).await
    }

    /// Begins to renew the consent of a connection. Only the account that it belongs to will do.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`]; those of [`Connections::authorise`].
    #[tracing::instrument(name = "connections.reauthorise", skip_all)]
    pub async fn reauthorise(
        &self,
        caller: &Caller,
        id: ConnectionId,
        return_to: Option<String>,
        browser: Option<BrowserBinding>,
    ) -> Result<Authorisation, ConnectionError> {
        let connection = self.find(&caller.scope, id).await?;
        let marketplace = connection.marketplace;
        let client = self.ports.marketplaces.consent(marketplace)?;
        let target =
            client
                .target_of(&connection.details)
                .ok_or(ConnectionError::NotSupported {
                    marketplace,
                    auth_type: Some(AuthType::OAuth),
                })?;
        let plan = Plan {
            marketplace,
            target,
            reconnects: Some(id),
            label: None,
            make_default: false,
            return_to,
        };
        self.begin_flow(caller, plan, browser).await
    }

    async fn begin_flow(
        &self,
        caller: &Caller,
        plan: Plan,
        browser: Option<BrowserBinding>,
    ) -> Result<Authorisation, ConnectionError> {
        let settings = &self.ports.consents;
        let redirect_uri = settings.callback_url(plan.marketplace)?;
        let return_to = settings.return_to(plan.return_to.as_deref())?;
        // A browser that connects two accounts at once keeps its binding, so that neither flow is cut off.
        let browser = match browser {
            Some(browser) => browser,
            None => BrowserBinding::make()?,
        };
        let state = make_state()?;
        let verifier = browser.derive_verifier(&state);
        let url = self
            .ports
            .marketplaces
            .consent(plan.marketplace)?
            .consent_url(ConsentRequest {
                target: &plan.target,
                state: &state,
                verifier: &verifier,
                redirect_uri: &redirect_uri,
            });
        let expires_at = self.now() + FLOW_LIFE;
        self.ports
            .flows
            .begin(OAuthFlow {
                state: hash_of_state(&SecretText::new(state)),
                browser: browser.hash(),
                scope: caller.scope.clone(),
                actor: caller.actor.clone(),
                marketplace: plan.marketplace,
                target: plan.target,
                reconnects: plan.reconnects,
                label: plan.label,
                make_default: plan.make_default,
                return_to,
                expires_at,
            })
            .await?;
        Ok(Authorisation {
            url,
            expires_at,
            browser,
        })
    }
}

struct Plan {
    marketplace: Marketplace,
    target: ConsentTarget,
    reconnects: Option<ConnectionId>,
    label: Option<Label>,
    make_default: bool,
    return_to: Option<String>,
}
