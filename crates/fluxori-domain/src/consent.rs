//! What goes to and comes back from a marketplace's consent page.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::SecretText;

/// Which account a consent is asked for, in the words of the marketplace's own module, which made and checks them:
/// a shop, a region, or nothing. Never a secret: it is stored while the seller is away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConsentTarget(pub BTreeMap<String, String>);

impl ConsentTarget {
    /// The value of a part.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// The decoded parameters with which a marketplace sent the seller's browser back, in their order. Each may be secret.
pub struct CallbackQuery(Vec<(String, SecretText)>);

/// A parameter came more than once: nobody knows which one was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a parameter came more than once")]
pub struct RepeatedParameter;

impl CallbackQuery {
    /// Takes the parameters as they were decoded.
    #[must_use]
    pub const fn new(parameters: Vec<(String, SecretText)>) -> Self {
        Self(parameters)
    }

    /// The parameter of this name.
    ///
    /// # Errors
    /// [`RepeatedParameter`] when there are several.
    pub fn one(&self, name: &str) -> Result<Option<&SecretText>, RepeatedParameter> {
        let mut found = self.iter().filter(|(key, _)| *key == name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first.map(|(_, value)| value)),
            _ => Err(RepeatedParameter),
        }
    }

    /// All parameters, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SecretText)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// Prints names only.
impl fmt::Debug for CallbackQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(parameters: &[(&str, &str)]) -> CallbackQuery {
        CallbackQuery::new(
            parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), SecretText::copy_of(value)))
                .collect(),
        )
    }

    #[test]
    fn a_parameter_is_there_once_or_not_at_all() {
        let query = query(&[("code", "canary-1"), ("state", "s"), ("state", "s")]);
        assert!(query.one("code").unwrap().is_some());
        assert!(query.one("shop").unwrap().is_none());
        assert_eq!(query.one("state").unwrap_err(), RepeatedParameter);
    }

    #[test]
    fn debug_query_is_redacted() {
        let printed = format!("{:?}", query(&[("code", "canary-1")]));
        assert_eq!(printed, r#"["code"]"#);
    }
}
