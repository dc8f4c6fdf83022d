//! Whether an answer is what the OpenAPI document says of it, to the last field.

use std::collections::{BTreeMap, BTreeSet};

use fluxori_api::openapi;
use serde_json::Value;

/// The document.
pub(crate) fn document() -> Value {
    serde_json::from_str(&openapi()).unwrap()
}

/// A schema of the document by its name.
#[track_caller]
pub(crate) fn assert_fits(value: &Value, name: &str) {
    let schema = serde_json::json!({"$ref": format!("#/components/schemas/{name}")});
    if let Err(misfit) = fits(&document(), &schema, value) {
        panic!("{name}: {misfit}");
    }
}

/// Whether a value has the fields of its schema, all of them and no others, down to the last; otherwise what does not fit.
pub(crate) fn fits(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = resolve(document, schema);
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting: Vec<_> = choices
            .iter()
            .map(|choice| fits(document, choice, value))
            .collect();
        if fitting.iter().filter(|fit| fit.is_ok()).count() != 1 {
            return Err(format!("{value} fits none or several: {fitting:?}"));
        }
        return Ok(());
    }
    let properties = properties(document, schema);
    if !properties.is_empty() {
        let Some(object) = value.as_object() else {
            return if value.is_null() && schema["type"].is_array() && allows(schema, "null") {
                Ok(())
            } else {
                Err(format!("{value} is no object"))
            };
        };
        let sent: BTreeSet<_> = object.keys().collect();
        let documented: BTreeSet<_> = properties.keys().collect();
        if sent != documented {
            return Err(format!("{sent:?} are sent, {documented:?} documented"));
        }
        for (name, schema) in &properties {
            fits(document, schema, &object[name]).map_err(|misfit| format!("{name}: {misfit}"))?;
        }
        return Ok(());
    }
    if let Some(names) = schema["enum"].as_array()
        && !names.contains(value)
    {
        return Err(format!("{value} is none of {names:?}"));
    }
    if schema["items"].is_object() {
        for item in value.as_array().into_iter().flatten() {
            fits(document, &schema["items"], item)?;
        }
    }
    if allows(schema, type_of(value)) {
        Ok(())
    } else {
        Err(format!("{value} is no {}", schema["type"]))
    }
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => schema,
    }
}

/// The fields of an object, of whatever parts it is put together.
fn properties(document: &Value, schema: &Value) -> BTreeMap<String, Value> {
    let schema = resolve(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten();
    let mut all: BTreeMap<_, _> = own
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        all.extend(properties(document, part));
    }
    all
}

fn allows(schema: &Value, kind: &str) -> bool {
    let is_kind = |allowed: &Value| allowed == kind || (allowed == "number" && kind == "integer");
    match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is_kind),
        one => is_kind(one),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
