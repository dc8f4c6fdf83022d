//! What the use cases ask of a marketplace.

mod consent;
mod disconnect;
mod refresh;
mod test;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;

use crate::{
    AccountDetails, AuthType, CredentialDocument, CredentialForm, InvalidForm, Marketplace,
    MarketplaceDescriptor, Outcome, Submission,
};

pub use consent::{
    CallbackAnswer, CallbackProblem, Consent, ConsentClient, ConsentRequest, ExchangeReport, Grant,
    IdentifyReport,
};
pub use disconnect::{DisconnectSubject, Disconnection};
pub use refresh::{Admission, RefreshReport, RefreshSubject, Renewal};
pub use test::{Account, AccountChoice, RateHeadroom, TestReport, TestSubject};
pub use webhook::{WebhookEvent, WebhookProblem, WebhookRequest, WebhookTopic};

/// One marketplace: its form, its test call, its tokens, its way out.
#[async_trait]
pub trait MarketplaceClient: Send + Sync {
    /// Which marketplace this is.
    fn marketplace(&self) -> Marketplace;

    /// How it presents itself.
    fn descriptor(&self) -> MarketplaceDescriptor;

    /// Turns a filled-in form into a credential. No I/O.
    ///
    /// # Errors
    /// [`InvalidForm`] with every field that has to be corrected.
    fn parse(&self, auth_type: AuthType, form: &CredentialForm) -> Result<Submission, InvalidForm>;

    /// The fields of the form that an existing account determines, so that replacing a secret asks for nothing else.
    /// Never a secret.
    fn known_fields(&self, details: &AccountDetails) -> Vec<(&'static str, String)>;

    /// Asks the marketplace whether the credential works. Trouble is an outcome, not an error.
    async fn test(&self, subject: TestSubject<'_>) -> TestReport;

    /// Whether [`MarketplaceClient::refresh`] can do anything for such a credential. No I/O.
    fn is_refreshable(&self, auth_type: AuthType, document: &CredentialDocument) -> bool;

    /// Asks for leave to refresh, before anything is written down about it: waits a few seconds for its turn where many calls are
    /// under way.
    ///
    /// # Errors
    /// When to ask again: the host that would be called fails and is left alone, or too many calls are under way.
    async fn admit_refresh(&self, details: &AccountDetails) -> Result<Admission, Outcome>;

    /// Spends the grant on new tokens: one call, or a second one with the previous application secret when the present
    /// one is refused. No other retry. Trouble is an outcome, not an error.
    async fn refresh(&self, subject: RefreshSubject<'_>) -> RefreshReport;

    /// How long before an unused refresh token dies it is used to keep it alive; `None` where they do not die.
    fn keep_alive_before(&self) -> Option<Duration>;

    /// Cuts the account off at the marketplace. Already gone is success.
    async fn disconnect(&self, subject: DisconnectSubject<'_>) -> Disconnection;

    /// The part that sellers connect in the browser, where the marketplace has one.
    fn consent(&self) -> Option<&dyn ConsentClient>;

    /// Reads and authenticates a message that the marketplace pushed to us. No I/O. `None` where it pushes none.
    ///
    /// # Errors
    /// [`WebhookProblem`]: the message is not the marketplace's, or not one that we understand.
    fn webhook(&self, request: WebhookRequest<'_>) -> Option<Result<WebhookEvent, WebhookProblem>>;
}
