use crate::{AccountDetails, AuthType, CredentialDocument, Outcome};

/// An account to be cut off at its marketplace.
#[derive(Debug, Clone, Copy)]
pub struct DisconnectSubject<'a> {
    /// How the credential came to us.
    pub auth_type: AuthType,
    /// The secret, refreshed where that is possible.
    pub document: &'a CredentialDocument,
    /// Which account.
    pub details: &'a AccountDetails,
    /// Whether no other connection uses the grant, so that all of it may be revoked.
    pub is_last: bool,
}

/// How cutting off went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnection {
    /// The marketplace did it, or had done it before.
    Done,
    /// The marketplace offers no way for us to do it: the seller has to.
    LeftToSeller,
    /// It may succeed later.
    Failed(Outcome),
}
