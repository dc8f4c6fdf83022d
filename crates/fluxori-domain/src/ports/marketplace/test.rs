use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Renewal;
use crate::{AccountDetails, AccountId, AuthType, CredentialDocument, Outcome};

/// What a test is run against.
#[derive(Debug, Clone, Copy)]
pub struct TestSubject<'a> {
    /// How the credential came to us.
    pub auth_type: AuthType,
    /// The secret.
    pub document: &'a CredentialDocument,
    /// What is known of the account.
    pub details: &'a AccountDetails,
    /// Whether the access token was bought a moment ago, so that a refusal of it is a verdict.
    pub is_fresh: bool,
}

/// What a test found out.
#[derive(Debug)]
pub struct TestReport {
    /// What the answer means.
    pub outcome: Outcome,
    /// Whether a fresher access token might have been accepted. The outcome holds if there is none to be had.
    pub stale_token: bool,
    /// The account, when the outcome is good.
    pub account: Option<Account>,
    /// Accounts that the credential reaches, when it reaches several and none was chosen. The outcome is then good,
    /// and `account` is absent.
    pub choices: Vec<AccountChoice>,
    /// Tokens that the test had to buy because it was given none, to be stored whatever the outcome.
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
