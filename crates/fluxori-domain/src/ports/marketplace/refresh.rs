use crate::{AccountDetails, AuthType, Clocks, CredentialDocument, Outcome};

/// A grant to be spent on new tokens.
#[derive(Debug, Clone, Copy)]
pub struct RefreshSubject<'a> {
    /// How the credential came to us.
    pub auth_type: AuthType,
    /// The secret.
    pub document: &'a CredentialDocument,
    /// What is known of the account: at Shopify it says which host to ask.
    pub details: &'a AccountDetails,
    /// When its parts run out as far as is known; what a refresh does not change is carried over.
    pub clocks: Clocks,
}

/// How spending a grant went.
#[derive(Debug)]
pub enum RefreshReport {
    /// The marketplace gave new tokens. They must be stored before they are used.
    Renewed(Renewal),
    /// It gave none. [`OutcomeClass::ReauthRequired`](crate::OutcomeClass::ReauthRequired) is a definite verdict in the
    /// marketplace's own words; a transient class leaves open whether the grant was spent.
    Refused(Outcome),
}

/// Tokens that replace the ones of the subject.
#[derive(Debug)]
pub struct Renewal {
    /// The whole new document.
    pub document: CredentialDocument,
    /// Its clocks, counted from the moment the request was begun.
    pub clocks: Clocks,
}
