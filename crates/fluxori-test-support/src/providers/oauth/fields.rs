//! The fields of a token request, each at most once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::super::seen::Seen;

/// The fields of a request's body.
#[derive(Default)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Of a form.
    pub(super) fn of_form(seen: &mut Seen<'_>) -> Self {
        seen.require_method("POST");
        let is_form = is_form(seen);
        seen.require(is_form, "is not declared as a form");
        Self::parse_form(seen)
    }

    /// Of a form or a JSON object.
    pub(super) fn of_form_or_json(seen: &mut Seen<'_>) -> Self {
        seen.require_method("POST");
        if is_form(seen) {
            return Self::parse_form(seen);
        }
        let is_json = content_type(seen).starts_with("application/json");
        seen.require(is_json, "is declared neither as a form nor as JSON");
        let body: Option<Map<String, Value>> = serde_json::from_slice(seen.body()).ok();
        seen.require(body.is_some(), "is not a JSON object");
        let mut fields = Self::default();
        for (name, value) in body.unwrap_or_default() {
            let text = value.as_str().map(ToOwned::to_owned);
            seen.require(text.is_some(), "has a member that is no text");
            fields.0.insert(name, text.unwrap_or_default());
        }
        fields
    }

    fn parse_form(seen: &mut Seen<'_>) -> Self {
        let mut fields = Self::default();
        let pairs: Vec<_> = form_urlencoded::parse(seen.body()).into_owned().collect();
        for (name, value) in pairs {
            let is_new = fields.0.insert(name, value).is_none();
            seen.require(is_new, "has a form field twice");
        }
        fields
    }

    /// The value of a field; empty when it is absent.
    pub(super) fn value(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The value of a field that may be absent.
    pub(super) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Writes down fields that are missing, empty or unknown.
    pub(super) fn require(&self, seen: &mut Seen<'_>, needed: &[&str], allowed: &[&str]) {
        for name in needed {
            let is_filled = !self.value(name).is_empty();
            seen.require(is_filled, &format!("lacks the form field {name}"));
        }
        let known =
            |name: &String| needed.contains(&name.as_str()) || allowed.contains(&name.as_str());
        seen.require(self.0.keys().all(known), "has an unknown form field");
    }
}

fn is_form(seen: &Seen<'_>) -> bool {
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded;charset=utf-8",
    ]
    .contains(&content_type(seen).as_str())
}

fn content_type(seen: &Seen<'_>) -> String {
    let declared = seen.header("content-type").unwrap_or_default();
    declared.to_ascii_lowercase().replace(' ', "")
}
