//! Plays the person in front of the page.

use url::form_urlencoded::Serializer;

use crate::providers::{NoCallback, decide};

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub(super) user: String,
    pub(super) organization: Option<String>,
    pub(super) role: Option<String>,
}

impl Person {
    /// A person of an organization, without a role: they have connections of their own.
    #[must_use]
    pub fn new(user: impl Into<String>, organization: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            organization: Some(organization.into()),
            role: None,
        }
    }

    /// The same person, with a role, such as `viewer`.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// The same person, who belongs to no organization.
    #[must_use]
    pub fn without_organization(mut self) -> Self {
        self.organization = None;
        self
    }
}

/// Opens the page of a simulated provider, whichever process runs it, signs in, and returns the address that the browser
/// is sent back to. Blocks meanwhile.
///
/// # Errors
/// [`NoCallback`]: the provider showed an error instead.
pub fn sign_in(authorization_url: &str, person: &Person) -> Result<String, NoCallback> {
    let form = Serializer::new(String::new())
        .append_pair("decision", "agree")
        .append_pair("user", &person.user)
        .append_pair("organization", person.organization.as_deref().unwrap_or(""))
        .append_pair("role", person.role.as_deref().unwrap_or(""))
        .finish();
    decide(authorization_url, &form)
}

/// The same for a person who presses "Cancel".
///
/// # Errors
/// As there.
pub fn cancel(authorization_url: &str) -> Result<String, NoCallback> {
    decide(authorization_url, "decision=refuse")
}
