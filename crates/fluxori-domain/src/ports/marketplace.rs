use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    AccountDetails, AccountId, AuthType, Clocks, CredentialDocument, CredentialForm, InvalidForm,
    Marketplace, MarketplaceDescriptor, Outcome, Submission,
};

/// What a test is run against.
#[derive(Debug, Clone, Copy)]
pub struct TestSubject<'a> {
    /// How the credential came to us.
    pub auth_type: AuthType,
    /// The secret.
    pub document: &'a CredentialDocument,
    /// What is known of the account.
    pub details: &'a AccountDetails,
}

/// What a test found out.
#[derive(Debug)]
pub struct TestReport {
    /// What the answer means.
    pub outcome: Outcome,
    /// The account, when the outcome is good.
    pub account: Option<Account>,
    /// Accounts that the credential reaches, when it reaches several and none was chosen. The outcome is then good,
    /// and `account` is absent.
    pub choices: Vec<AccountChoice>,
    /// A new token set that the test had to buy, to be stored whatever the outcome.
    pub renewal: Option<Renewal>,
    /// From the first byte sent to the last byte read.
    pub latency: Duration,
    /// How many more calls the marketplace allows, where it says so.
    pub rate: Option<RateHeadroom>,
}

/// An account as the marketplace reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: Option<String>,
    /// What else is known.
    pub details: AccountDetails,
}

/// One of several accounts that a credential reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChoice {
    /// What to send back to choose it.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
}

/// Tokens that replace the ones of the subject.
#[derive(Debug)]
pub struct Renewal {
    /// The whole new document.
    pub document: CredentialDocument,
    /// Its clocks.
    pub clocks: Clocks,
}

/// How many more calls a marketplace allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateHeadroom {
    /// Calls allowed in the window.
    pub limit: Option<u64>,
    /// Calls left in the window.
    pub remaining: u64,
    /// When the window begins anew.
    pub resets_at: Option<DateTime<Utc>>,
}

/// One marketplace: its form and its test call. Authorise, exchange, refresh and disconnect join them with OAuth.
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
}
