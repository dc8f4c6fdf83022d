use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::address::deserialize_from_text;
use crate::MarketplaceError;

/// What our application asks to be allowed, in the order of the setting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// The scopes.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether this very scope is among them.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.iter().any(|one| one == scope)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads a list separated by commas or white space.
impl FromStr for Scopes {
    type Err = MarketplaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut scopes: Vec<String> = Vec::new();
        let parts = text.split(|character: char| character == ',' || character.is_whitespace());
        for part in parts.filter(|part| !part.is_empty()) {
            // RFC 6749 §3.3, less than which no marketplace takes.
            let is_scope = part
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
            if !is_scope {
                return Err(MarketplaceError::Scopes);
            }
            if !scopes.iter().any(|known| known == part) {
                scopes.push(part.to_owned());
            }
        }
        Ok(Self(scopes))
    }
}

deserialize_from_text!(Scopes);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_separated_by_commas_or_spaces_and_kept_once() {
        let scopes: Scopes = " read_products,write_orders  read_products,, "
            .parse()
            .unwrap();
        let list: Vec<_> = scopes.iter().collect();
        assert_eq!(list, ["read_products", "write_orders"]);
        assert!("".parse::<Scopes>().unwrap().is_empty());
        assert!("a\"b".parse::<Scopes>().is_err());
        assert!("réad".parse::<Scopes>().is_err());
    }
}
