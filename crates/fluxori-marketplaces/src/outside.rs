//! Reading what a marketplace says, without trusting its shape or its length.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Most characters of a name that we keep.
const NAME_LENGTH: usize = 200;

/// Most entries of a list that we keep.
pub(crate) const LIST_LENGTH: usize = 500;

/// A name for people: without control characters, cut to a sensible length. `None` when nothing is left.
pub(crate) fn name(text: &str) -> Option<String> {
    let clean: String = text
        .chars()
        .filter(|character| !character.is_control())
        .take(NAME_LENGTH)
        .collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// A short code: letters, digits and a few marks. `None` for anything else.
pub(crate) fn code(text: &str) -> Option<String> {
    let valid = (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-/:.+".contains(&byte));
    valid.then(|| text.to_owned())
}

/// A text where there is one; anything else counts as absent.
pub(crate) fn lenient_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

/// A whole number of seconds, written as a number or as a text; anything else counts as absent.
pub(crate) fn lenient_seconds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// The texts of a list; anything else counts as absent.
pub(crate) fn lenient_texts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let Value::Array(items) = Value::deserialize(deserializer)? else {
        return Ok(Vec::new());
    };
    Ok(items
        .into_iter()
        .filter_map(|item| match item {
            Value::String(text) => Some(text),
            _ => None,
        })
        .take(LIST_LENGTH)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_what_could_break_a_page_or_a_log() {
        assert_eq!(
            name(" Caf\u{e9}\r\n Zwei\u{1b}[31m ").unwrap(),
            "Café Zwei[31m"
        );
        assert_eq!(name("\u{0}\n"), None);
        assert_eq!(name(&"x".repeat(5000)).unwrap().len(), NAME_LENGTH);
    }

    #[test]
    fn a_code_is_taken_whole_or_not_at_all() {
        assert_eq!(code("ATVPDKIKX0DER").as_deref(), Some("ATVPDKIKX0DER"));
        assert_eq!(
            code("gid://shopify/Shop/1").as_deref(),
            Some("gid://shopify/Shop/1")
        );
        for bad in ["", "a b", "<x>", "a\n", &"x".repeat(101)] {
            assert_eq!(code(bad), None, "{bad}");
        }
    }
}
