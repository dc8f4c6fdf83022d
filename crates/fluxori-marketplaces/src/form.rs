//! Reading a filled-in form against its description. Every problem is found, none quotes a value.

use std::str::FromStr;

use fluxori_domain::{
    AccountDetails, AccountId, AuthKind, AuthType, Clocks, ConnectMethod, ConsentTarget,
    CredentialDocument, CredentialForm, FieldKind, FieldProblem, FormField, InvalidForm,
    MarketplaceDescriptor, SecretText, Submission,
};
use regex::Regex;
use secrecy::ExposeSecret;

use crate::connect::target;

/// Reads the fields of one form and collects what is wrong with them.
pub(crate) struct FormReader<'a> {
    form: &'a CredentialForm,
    fields: Vec<FormField>,
    problems: Vec<FieldProblem>,
    warnings: Vec<FieldProblem>,
}

impl<'a> FormReader<'a> {
    /// Finds the form that makes a credential of `auth_type`, and refuses fields that it does not have.
    pub(crate) fn new(
        descriptor: MarketplaceDescriptor,
        auth_type: AuthType,
        form: &'a CredentialForm,
    ) -> Result<Self, InvalidForm> {
        Self::of(descriptor, ConnectMethod::Form, Some(auth_type), form)
    }

    /// Finds the form that goes before a consent, and refuses fields that it does not have.
    pub(crate) fn before_consent(
        descriptor: MarketplaceDescriptor,
        form: &'a CredentialForm,
    ) -> Result<Self, InvalidForm> {
        Self::of(descriptor, ConnectMethod::Consent, None, form)
    }

    fn of(
        descriptor: MarketplaceDescriptor,
        method: ConnectMethod,
        auth_type: Option<AuthType>,
        form: &'a CredentialForm,
    ) -> Result<Self, InvalidForm> {
        let name = descriptor.marketplace.display_name();
        let kind: AuthKind = descriptor
            .auth_kinds
            .into_iter()
            .find(|kind| {
                kind.method == method && auth_type.is_none_or(|wanted| kind.auth_type == wanted)
            })
            .ok_or_else(|| InvalidForm {
                problems: vec![problem(
                    "authType",
                    format!("{name} cannot be connected this way."),
                )],
            })?;
        Ok(Self::with_fields(kind.fields, form))
    }

    /// Reads these fields, and refuses others.
    pub(crate) fn with_fields(fields: Vec<FormField>, form: &'a CredentialForm) -> Self {
        let problems = form
            .names()
            .filter(|name| fields.iter().all(|field| field.name != *name))
            .map(|name| problem(shown(name), "There is no such field here.".to_owned()))
            .collect();
        Self {
            form,
            fields,
            problems,
            warnings: Vec::new(),
        }
    }

    /// A secret that goes into a header or a form body: printable ASCII without spaces.
    pub(crate) fn secret(&mut self, name: &'static str, min_length: usize) -> Option<SecretText> {
        let field = self.described(name);
        let value = self.filled(&field)?;
        let fault = fault_of_secret(exposed(&value), min_length, field.max_length.into());
        if let Some(message) = fault {
            self.refuse(name, message);
            return None;
        }
        self.warn_if_unusual(&field, &value);
        Some(value)
    }

    /// A text that is not secret, read by `read`, which says what is wrong as a whole sentence.
    pub(crate) fn text<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let field = self.described(name);
        let value = self.filled(&field)?;
        let text = exposed(&value);
        if text.chars().count() > usize::from(field.max_length) {
            self.refuse(name, too_long(field.max_length.into()));
            return None;
        }
        match read(text) {
            Ok(read) => {
                self.warn_if_unusual(&field, &value);
                Some(read)
            }
            Err(message) => {
                self.refuse(name, message);
                None
            }
        }
    }

    /// One of the values that the form offers.
    pub(crate) fn choice<T: FromStr>(&mut self, name: &'static str) -> Option<T> {
        let field = self.described(name);
        let value = self.filled(&field)?;
        let FieldKind::Choice(choices) = &field.kind else {
            unreachable!("{name} is described as a choice")
        };
        let chosen = choices
            .iter()
            .find(|choice| choice.value == exposed(&value))
            .and_then(|choice| choice.value.parse().ok());
        if chosen.is_none() {
            let offered: Vec<_> = choices.iter().map(|choice| choice.value).collect();
            self.refuse(name, format!("Choose one of: {}.", offered.join(", ")));
        }
        chosen
    }

    /// Adds a warning that does not stand against the form.
    pub(crate) fn warn(&mut self, name: &'static str, message: impl Into<String>) {
        self.warnings.push(problem(name, message.into()));
    }

    /// The form as a credential, if nothing is wrong with it. `parts` is absent when a field was.
    pub(crate) fn finish(self, parts: Option<Parts>) -> Result<Submission, InvalidForm> {
        match parts {
            Some(parts) if self.problems.is_empty() => Ok(Submission {
                document: parts.document,
                details: parts.details,
                account_id: parts.account_id,
                clocks: parts.clocks,
                warnings: self.warnings,
            }),
            _ => Err(InvalidForm {
                problems: self.problems,
            }),
        }
    }

    /// The form as the target of a consent, if nothing is wrong with it.
    pub(crate) fn finish_target<const N: usize>(
        self,
        parts: Option<[(&'static str, Option<String>); N]>,
    ) -> Result<ConsentTarget, InvalidForm> {
        match parts {
            Some(parts) if self.problems.is_empty() => Ok(target(parts)),
            _ => Err(InvalidForm {
                problems: self.problems,
            }),
        }
    }

    fn described(&self, name: &'static str) -> FormField {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .expect("only fields of the descriptor are read")
            .clone()
    }

    fn filled(&mut self, field: &FormField) -> Option<SecretText> {
        let value = self.form.field(field.name);
        if value.is_none() && field.required {
            self.refuse(field.name, "Fill in this field.".to_owned());
        }
        value
    }

    /// Adds a problem that stands against the form.
    pub(crate) fn refuse(&mut self, name: &'static str, message: String) {
        self.problems.push(problem(name, message));
    }

    fn warn_if_unusual(&mut self, field: &FormField, value: &SecretText) {
        let Some(usual) = field.usual else { return };
        let regex = Regex::new(usual.regex).expect("patterns of descriptors compile");
        if !regex.is_match(exposed(value)) {
            self.warn(
                field.name,
                format!(
                    "This does not look as usual: usually it {}. Check that all of it was pasted.",
                    usual.words
                ),
            );
        }
    }
}

/// What a good form is made of.
pub(crate) struct Parts {
    pub(crate) document: CredentialDocument,
    pub(crate) details: AccountDetails,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) clocks: Clocks,
}

fn fault_of_secret(text: &str, min: usize, max: usize) -> Option<String> {
    if text.chars().count() > max {
        Some(too_long(max))
    } else if text.chars().any(char::is_control) {
        Some(
            "It has a line break or another invisible character inside. Copy it again in one piece."
                .to_owned(),
        )
    } else if text.contains(' ') {
        Some("It has a space inside. Copy it again in one piece.".to_owned())
    } else if !text.is_ascii() {
        Some(
            "It has a character that is no plain letter, digit or sign. Copy it instead of typing it."
                .to_owned(),
        )
    } else if text.len() < min {
        Some(format!(
            "It is too short: at least {min} characters. Check that all of it was copied."
        ))
    } else {
        None
    }
}

fn too_long(max: usize) -> String {
    format!("It is too long: at most {max} characters.")
}

fn problem(field: &str, message: String) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        message,
    }
}

/// A name that a caller made up, if it looks like the name of a field; nothing otherwise. Somebody may have pasted a secret
/// where a name belongs.
fn shown(name: &str) -> &str {
    let is_plausible = name.len() <= 32
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if is_plausible { name } else { "" }
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: checked and read inside this module's callers, never shown"
)]
fn exposed(value: &SecretText) -> &str {
    value.expose_secret()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0123456789abcdef", true)]
    #[case("Atza|IQEBLz-_~!\"#%", true)]
    #[case("0123456789abcde", false)]
    #[case("0123456789 bcdef", false)]
    #[case("0123456789\r\nX-Evil: 1", false)]
    #[case("0123456789\u{7f}abcdef", false)]
    #[case("0123456789abcdéf", false)]
    #[case("０123456789abcdef", false)]
    #[case("0123456789\u{200b}abcdef", false)]
    #[case("0123456789abcdef0123456789abcdef0", false)]
    fn a_secret_is_printable_ascii_without_spaces(#[case] text: &str, #[case] good: bool) {
        assert_eq!(fault_of_secret(text, 16, 32).is_none(), good);
    }

    #[test]
    fn a_made_up_name_is_shown_only_where_it_may_be_one() {
        assert_eq!(shown("apiKye"), "apiKye");
        for other in [
            "a\r\nb<é>",
            "canary-7f3a",
            "0123456789abcdef",
            &"x".repeat(33),
        ] {
            assert_eq!(shown(other), "", "{other}");
        }
    }
}
