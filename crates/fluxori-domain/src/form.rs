//! What a seller types in, and what is wrong with it.

use std::collections::BTreeMap;

use crate::{AccountDetails, AccountId, Clocks, CredentialDocument, SecretText};

/// The filled-in form: field name → value. All values are treated as secret until a marketplace says otherwise.
#[derive(Debug, Default)]
pub struct CredentialForm(BTreeMap<String, SecretText>);

impl CredentialForm {
    /// Wraps the fields.
    #[must_use]
    pub const fn new(fields: BTreeMap<String, SecretText>) -> Self {
        Self(fields)
    }

    /// The value of a field, trimmed; `None` when it is absent or blank.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<SecretText> {
        self.0
            .get(name)
            .map(SecretText::trimmed)
            .filter(|value| !value.is_empty())
    }

    /// The same form, where absent and blank fields take the values known from elsewhere.
    #[must_use]
    pub fn with_known(mut self, known: Vec<(&'static str, String)>) -> Self {
        for (name, value) in known {
            if self.field(name).is_none() {
                self.0.insert(name.to_owned(), SecretText::new(value));
            }
        }
        self
    }

    /// The names of the fields that were sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Fields and values, for fingerprinting a request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SecretText)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// What is wrong with one field. Never quotes its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The name of the field.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// A form that cannot become a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the form has {} field(s) to correct", problems.len())]
pub struct InvalidForm {
    /// At least one problem.
    pub problems: Vec<FieldProblem>,
}

/// A form that became a credential, not yet tested.
#[derive(Debug)]
pub struct Submission {
    /// The secret part.
    pub document: CredentialDocument,
    /// What the form said about the account.
    pub details: AccountDetails,
    /// The account, where the form alone determines it.
    pub account_id: Option<AccountId>,
    /// When its parts run out, as far as the form says.
    pub clocks: Clocks,
    /// Things that look wrong but are not refused.
    pub warnings: Vec<FieldProblem>,
}
