use std::{any::Any, fmt};

use crate::{AccountDetails, AuthType, Clocks, CredentialDocument, Outcome};

/// Leave to call the marketplace for one refresh, given before anything is written down about it. A marketplace that fails is
/// called by one at a time, and no marketplace by too many at once: dropped unused, it is the next one's turn.
#[derive(Default)]
pub struct Admission(Option<Box<dyn Any + Send + Sync>>);

impl Admission {
    /// What the marketplace's client wants to have back with the refresh.
    pub fn new(leave: impl Any + Send + Sync) -> Self {
        Self(Some(Box::new(leave)))
    }

    /// What the client gave, if it is one of these.
    #[must_use]
    pub fn into_inner<T: Any>(self) -> Option<T> {
        self.0?.downcast().ok().map(|leave| *leave)
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Admission(..)")
    }
}

/// A grant to be spent on new tokens.
#[derive(Debug)]
pub struct RefreshSubject<'a> {
    /// How the credential came to us.
    pub auth_type: AuthType,
    /// The secret.
    pub document: &'a CredentialDocument,
    /// What is known of the account: at Shopify it says which host to ask.
    pub details: &'a AccountDetails,
    /// When its parts run out as far as is known; what a refresh does not change is carried over.
    pub clocks: Clocks,
    /// Leave to do so. Without any the client asks for it now, and may refuse.
    pub admission: Admission,
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
