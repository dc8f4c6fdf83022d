//! Reading what comes back through a seller's browser. Nothing in it is trusted.

use fluxori_domain::{AuthorisationCode, CallbackQuery, SecretText, ports::CallbackProblem};
use secrecy::ExposeSecret;
use url::Url;

/// Longest parameter that is looked at, in bytes. Codes are a few hundred at most.
const MAX_LENGTH: usize = 2048;

/// The parameter of this name, if it came once and could have come from a marketplace: visible ASCII.
pub(crate) fn optional<'a>(
    query: &'a CallbackQuery,
    name: &str,
) -> Result<Option<&'a SecretText>, CallbackProblem> {
    match query.one(name) {
        Ok(None) => Ok(None),
        Ok(Some(value)) if is_plain(exposed(value)) => Ok(Some(value)),
        Ok(Some(_)) | Err(_) => Err(CallbackProblem::Malformed),
    }
}

/// The same, where it must have come.
pub(crate) fn required<'a>(
    query: &'a CallbackQuery,
    name: &str,
) -> Result<&'a SecretText, CallbackProblem> {
    optional(query, name)?.ok_or(CallbackProblem::Malformed)
}

/// A parameter that is not secret.
pub(crate) fn required_text<'a>(
    query: &'a CallbackQuery,
    name: &str,
) -> Result<&'a str, CallbackProblem> {
    required(query, name).map(exposed)
}

/// The code, taken over into its own type.
pub(crate) fn code(
    query: &CallbackQuery,
    name: &str,
) -> Result<AuthorisationCode, CallbackProblem> {
    required(query, name).map(|code| AuthorisationCode::new(SecretText::copy_of(exposed(code))))
}

/// An address with a query, where a space is `%20`: some servers take `+` for itself.
pub(crate) fn address_text(mut url: Url) -> String {
    let query = url.query().map(|query| query.replace('+', "%20"));
    url.set_query(query.as_deref());
    url.into()
}

fn is_plain(text: &str) -> bool {
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: checked and taken apart by the marketplace's own module"
)]
pub(crate) fn exposed(value: &SecretText) -> &str {
    value.expose_secret()
}

#[cfg(test)]
pub(crate) fn query(parameters: &[(&str, &str)]) -> CallbackQuery {
    CallbackQuery::new(
        parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), SecretText::copy_of(value)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], false)]
    #[case(&[("code", "")], false)]
    #[case(&[("code", "a b")], false)]
    #[case(&[("code", "a\n")], false)]
    #[case(&[("code", "é")], false)]
    #[case(&[("code", "a"), ("code", "a")], false)]
    #[case(&[("Code", "a")], false)]
    #[case(&[("code", "a|b%2F+")], true)]
    fn a_parameter_came_once_and_is_visible(
        #[case] parameters: &[(&str, &str)],
        #[case] good: bool,
    ) {
        assert_eq!(required(&query(parameters), "code").is_ok(), good);
        let long = "x".repeat(MAX_LENGTH + 1);
        assert!(required(&query(&[("code", &long)]), "code").is_err());
    }

    #[test]
    fn a_space_is_written_so_that_nobody_takes_it_for_a_plus() {
        let mut url = Url::parse("https://a.example/x+y").unwrap();
        url.query_pairs_mut().append_pair("a", "1 2+3");
        assert_eq!(address_text(url), "https://a.example/x+y?a=1%202%2B3");
    }
}
