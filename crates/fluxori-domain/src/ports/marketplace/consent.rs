use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Account, Renewal};
use crate::{
    AccountDetails, AuthorisationCode, CallbackQuery, ConsentTarget, CredentialForm, InvalidForm,
    Outcome, PkceVerifier,
};

/// A consent to be asked for.
#[derive(Debug, Clone, Copy)]
pub struct ConsentRequest<'a> {
    /// For which account.
    pub target: &'a ConsentTarget,
    /// Comes back with the answer.
    pub state: &'a str,
    /// What the code will have to be redeemed with, where the marketplace takes it (RFC 7636).
    pub verifier: &'a PkceVerifier,
    /// Where the marketplace sends the browser afterwards.
    pub redirect_uri: &'a str,
}

/// What a marketplace said through the seller's browser. Authentic only as far as it is signed.
#[derive(Debug)]
pub enum CallbackAnswer {
    /// The seller agreed.
    Granted {
        /// Buys the first tokens.
        code: AuthorisationCode,
        /// What the callback says of the account: `shop`, `selling_partner_id`.
        claims: BTreeMap<String, String>,
    },
    /// The seller, or the marketplace, said no.
    Denied,
}

/// Why a callback is not looked at any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackProblem {
    /// A parameter is missing, came twice, or is not what it should be.
    #[error("the parameters are not those of this marketplace")]
    Malformed,
    /// The signature is not the marketplace's.
    #[error("the signature does not fit")]
    Forged,
    /// It was signed too long ago, or in the future.
    #[error("the signature is too old or from the future")]
    Stale,
}

/// A code to be redeemed.
#[derive(Debug, Clone, Copy)]
pub struct Consent<'a> {
    /// For which account consent was asked.
    pub target: &'a ConsentTarget,
    /// The code.
    pub code: &'a AuthorisationCode,
    /// What the callback said of the account.
    pub claims: &'a BTreeMap<String, String>,
    /// What the code is redeemed with.
    pub verifier: &'a PkceVerifier,
    /// As in the [`ConsentRequest`].
    pub redirect_uri: &'a str,
}

/// How redeeming a code went.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "made once a consent, and taken apart at once"
)]
pub enum ExchangeReport {
    /// The marketplace gave tokens. From now on they are lost unless they are stored.
    Granted(Grant),
    /// It gave none: the seller starts again, or waits.
    Refused(Outcome),
}

/// The first tokens of a consent.
#[derive(Debug)]
pub struct Grant {
    /// Tokens and clocks.
    pub tokens: Renewal,
    /// The account as the callback names it, when it names one: what is stored if the marketplace cannot be asked.
    pub presumed: Option<Account>,
}

/// Which accounts a fresh grant is for.
#[derive(Debug)]
pub enum IdentifyReport {
    /// These, never none.
    Accounts(Vec<Account>),
    /// The marketplace did not say. A verdict condemns the grant; trouble leaves the question open.
    Unknown(Outcome),
}

/// The part of a marketplace that sellers connect in the browser.
#[async_trait]
pub trait ConsentClient: Send + Sync {
    /// Turns what the seller filled in into a target. No I/O.
    ///
    /// # Errors
    /// [`InvalidForm`] with every field that has to be corrected.
    fn target(&self, form: &CredentialForm) -> Result<ConsentTarget, InvalidForm>;

    /// The target that an existing account determines, for a consent that renews it.
    fn target_of(&self, account: &AccountDetails) -> Option<ConsentTarget>;

    /// Reads a request with which the marketplace sends a seller who begins there (Shopify's install request, Amazon's
    /// Appstore), and returns the fields of the form that it fills in. `None` where nobody begins there. No I/O.
    ///
    /// # Errors
    /// [`CallbackProblem`].
    fn read_start(
        &self,
        query: &CallbackQuery,
        now: DateTime<Utc>,
    ) -> Option<Result<BTreeMap<String, String>, CallbackProblem>>;

    /// The address of the consent page.
    fn consent_url(&self, request: ConsentRequest<'_>) -> String;

    /// Reads what the marketplace sent back, and checks all that can be checked without knowing the flow: shapes,
    /// signature, age. No I/O.
    ///
    /// # Errors
    /// [`CallbackProblem`]; nothing was consumed then.
    fn read_callback(
        &self,
        query: &CallbackQuery,
        now: DateTime<Utc>,
    ) -> Result<CallbackAnswer, CallbackProblem>;

    /// Whether a callback is of the account that the flow was started for.
    fn fits(&self, target: &ConsentTarget, claims: &BTreeMap<String, String>) -> bool;

    /// Redeems a code. Once, without any retry: codes are good for one use.
    async fn exchange(&self, consent: Consent<'_>) -> ExchangeReport;

    /// Asks which accounts a fresh grant is for. May be tried again.
    async fn identify(&self, consent: Consent<'_>, tokens: &Renewal) -> IdentifyReport;
}
