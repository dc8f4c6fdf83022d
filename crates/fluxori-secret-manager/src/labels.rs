use std::collections::BTreeMap;

use ring::digest;

use crate::InvalidName;

/// Labels of a secret: for finding it again, and for the bill. Everybody who may list secrets reads them.
///
/// The rules are Google's (`Secret.labels` in `google/cloud/secretmanager/v1/resources.proto`), held to ASCII: at most 64;
/// a key is 1 to 63 lowercase letters, digits, hyphens and underscores and begins with a letter; a value is 0 to 63 of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels(BTreeMap<Box<str>, Box<str>>);

impl Labels {
    const MOST: usize = 64;

    /// No labels.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The same labels and this one.
    ///
    /// # Errors
    /// [`InvalidName`] when the key or the value breaks a rule, or the label is one too many.
    pub fn with(mut self, key: &str, value: &str) -> Result<Self, InvalidName> {
        if key.is_empty()
            || !key.starts_with(|first: char| first.is_ascii_lowercase())
            || !is_label_text(key)
        {
            return Err(InvalidName {
                what: "a label key: 1 to 63 lowercase letters, digits, hyphens and underscores, beginning with a letter",
            });
        }
        if !is_label_text(value) {
            return Err(InvalidName {
                what: "a label value: up to 63 lowercase letters, digits, hyphens and underscores",
            });
        }
        self.0.insert(key.into(), value.into());
        if self.0.len() > Self::MOST {
            return Err(InvalidName {
                what: "a set of labels: at most 64",
            });
        }
        Ok(self)
    }

    /// The value of a key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|value| &**value)
    }

    /// Keys and values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The filter that finds secrets having all of these labels
    /// (<https://cloud.google.com/secret-manager/docs/filtering>); nothing for no labels.
    pub(crate) fn filter(&self) -> Option<String> {
        let terms: Vec<String> = self
            .iter()
            .map(|(key, value)| format!("labels.{key}={value}"))
            .collect();
        (!terms.is_empty()).then(|| terms.join(" AND "))
    }
}

fn is_label_text(text: &str) -> bool {
    text.len() <= 63
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
        })
}

/// A label value for a text that may hold anything, such as the id of an organization: the first 40 hexadecimal digits of
/// its SHA-256. Also found by `printf %s TEXT | sha256sum | cut -c1-40`.
///
/// Two texts that a label could not tell apart get different values, and the text itself is not shown to whoever may list.
#[must_use]
pub fn derive_label_value(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hex::encode(&hash.as_ref()[..20])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("fluxori-organization", "0a_b-c", true)]
    #[case("a", "", true)]
    #[case("", "x", false)]
    #[case("1a", "x", false)]
    #[case("-a", "x", false)]
    #[case("Key", "x", false)]
    #[case("key", "Value", false)]
    #[case("key", "a b", false)]
    #[case("key", "a OR labels.x=y", false)]
    #[case("key", "ü", false)]
    fn a_label_keeps_to_googles_rules(#[case] key: &str, #[case] value: &str, #[case] valid: bool) {
        assert_eq!(Labels::none().with(key, value).is_ok(), valid);
    }

    #[test]
    fn keys_and_values_have_at_most_63_characters() {
        let (long, longer) = ("a".repeat(63), "a".repeat(64));
        assert!(Labels::none().with(&long, &long).is_ok());
        assert!(Labels::none().with(&longer, "x").is_err());
        assert!(Labels::none().with("x", &longer).is_err());
    }

    #[test]
    fn there_are_at_most_64_labels() {
        let mut labels = Labels::none();
        for number in 0..64 {
            labels = labels.with(&format!("k{number}"), "v").unwrap();
        }
        assert!(labels.clone().with("k0", "again").is_ok());
        assert!(labels.with("one-more", "v").is_err());
    }

    #[test]
    fn a_filter_wants_every_label() {
        assert_eq!(Labels::none().filter(), None);
        let labels = Labels::none().with("b", "2").unwrap().with("a", "1");
        assert_eq!(
            labels.unwrap().filter().as_deref(),
            Some("labels.a=1 AND labels.b=2")
        );
    }

    #[test]
    fn any_text_has_a_label_value_of_its_own() {
        let values: Vec<String> = ["Acme", "acme", "ac me", "Ünï", &"x".repeat(128)]
            .iter()
            .map(|text| derive_label_value(text))
            .collect();
        for (index, value) in values.iter().enumerate() {
            assert!(Labels::none().with("organization", value).is_ok());
            assert!(!values[..index].contains(value));
        }
        // printf %s acme | sha256sum | cut -c1-40
        assert_eq!(values[1], "822b33ad87c148a0a20a5ba7cd5ebcaa68d36a18");
    }
}
