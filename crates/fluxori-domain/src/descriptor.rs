//! How a marketplace presents itself: the form is drawn from this.

use crate::{AuthType, Marketplace, text::named_enum};

/// One marketplace, as the connect page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketplaceDescriptor {
    /// Which one.
    pub marketplace: Marketplace,
    /// One sentence: what connecting it is good for.
    pub summary: &'static str,
    /// The ways to connect, best first.
    pub auth_kinds: Vec<AuthKind>,
    /// What the seller does at the marketplace after disconnecting here.
    pub disconnect_help: &'static str,
}

/// One way to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthKind {
    /// What the credential will be.
    pub auth_type: AuthType,
    /// What the seller does.
    pub method: ConnectMethod,
    /// What the button says.
    pub title: &'static str,
    /// Where to find what the form asks for, step by step.
    pub how_to: &'static str,
    /// The page of the marketplace where that is found, an `https://` address, where there is one for all sellers.
    pub help_url: Option<String>,
    /// The form.
    pub fields: Vec<FormField>,
    /// Settings that the operator has to fill before this way works, by their environment name.
    pub missing_settings: Vec<&'static str>,
}

named_enum!(
    /// What a seller does to connect.
    ConnectMethod, "a method of connecting" {
        /// Fills in the fields, secrets among them: `POST /api/connections`.
        Form = "form",
        /// Fills in the fields, none of them secret, and agrees at the marketplace: `POST /api/connections/authorize`.
        Consent = "consent",
    }
);

impl AuthKind {
    /// Whether the operator has set up what this way needs.
    #[must_use]
    pub const fn is_configured(&self) -> bool {
        self.missing_settings.is_empty()
    }
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// Its name in `credentials`.
    pub name: &'static str,
    /// What the seller reads beside it.
    pub label: &'static str,
    /// What it is and where to find it.
    pub help: &'static str,
    /// What kind of input it is.
    pub kind: FieldKind,
    /// Whether it must be filled.
    pub required: bool,
    /// Most characters, after trimming.
    pub max_length: u16,
    /// What a usual value looks like. A value that does not match is warned about, not refused.
    pub usual: Option<Pattern>,
}

/// The shape of a usual value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// A regular expression that both Rust and JavaScript understand; matches the whole value.
    pub regex: &'static str,
    /// The same in words, as the end of "usually it …".
    pub words: &'static str,
}

/// What kind of input a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// Shown while typing.
    Text,
    /// Hidden while typing and never shown again.
    Secret,
    /// One of a few.
    Choice(Vec<FieldChoice>),
}

/// One of the values of a [`FieldKind::Choice`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldChoice {
    /// The value to send.
    pub value: &'static str,
    /// What the seller reads.
    pub label: &'static str,
}
