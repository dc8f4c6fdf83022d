//! What a request says, read as strictly as Google reads it.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web::Bytes};
use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::render::Enums;
use crate::google::status::{Detail, Status};

/// Query parameters that every API takes: <https://cloud.google.com/apis/docs/system-parameters>.
const SYSTEM: [&str; 12] = [
    "$alt",
    "alt",
    "$prettyPrint",
    "prettyPrint",
    "$.xgafv",
    "$fields",
    "fields",
    "key",
    "$key",
    "quotaUser",
    "accessToken",
    "callback",
];

/// A request taken apart.
pub(super) struct Incoming<'a> {
    request: &'a HttpRequest,
    body: &'a Bytes,
    query: Vec<(String, String)>,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(request: &'a HttpRequest, body: &'a Bytes) -> Self {
        let query = form_urlencoded::parse(request.query_string().as_bytes());
        Self {
            request,
            body,
            query: query
                .map(|(name, value)| (camel(&name), value.into_owned()))
                .collect(),
        }
    }

    pub(super) fn bearer(&self) -> Option<&'a str> {
        let mut values = self.request.headers().get_all("authorization");
        let value = values.next()?.to_str().ok()?;
        value
            .strip_prefix("Bearer ")
            .filter(|_| values.next().is_none())
    }

    /// The resource's name: what is between the version of the API and the verb.
    pub(super) fn name(&self) -> String {
        let path = self.request.path();
        let name = path.splitn(3, '/').nth(2).unwrap_or_default();
        name.rsplit_once(':')
            .map_or(name, |(name, _)| name)
            .to_owned()
    }

    pub(super) fn enums(&self) -> Enums {
        let is_asked = |value: &str| value.split(';').any(|part| part == "enum-encoding=int");
        let mut alternatives = self
            .query
            .iter()
            .filter(|(name, _)| name == "$alt" || name == "alt");
        if alternatives.any(|(_, value)| is_asked(value)) {
            Enums::Numbers
        } else {
            Enums::Names
        }
    }

    /// Refuses query parameters that the method does not have.
    pub(super) fn allow_query(&self, allowed: &[&str]) -> Result<(), Status> {
        for (name, _) in &self.query {
            if !allowed.contains(&name.as_str()) && !SYSTEM.contains(&name.as_str()) {
                return Err(malformed(format!(
                    "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field \
                     '{name}' could not be found in request message."
                )));
            }
        }
        Ok(())
    }

    /// The last value of a parameter, or nothing.
    pub(super) fn parameter(&self, name: &str) -> String {
        let values = self.query.iter().rev();
        let mut named = values
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.clone());
        named.next().unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> Result<i32, Status> {
        let text = self.parameter(name);
        if text.is_empty() {
            return Ok(0);
        }
        text.parse().map_err(|_| {
            malformed(format!(
                "Invalid value at '{name}' (TYPE_INT32), \"{text}\""
            ))
        })
    }

    /// The body, which is an object with these members and no other; an empty one has none.
    pub(super) fn object(&self, allowed: &[&str]) -> Result<Map<String, Value>, Status> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        let Ok(value) = serde_json::from_slice::<Value>(self.body) else {
            return Err(malformed(
                "Invalid JSON payload received. Expected a value.".to_owned(),
            ));
        };
        members(value, "", allowed)
    }
}

/// The members of an object, by their names in JSON, of which `allowed` are known. Those that are null are as good as absent.
pub(super) fn members(
    value: Value,
    at: &str,
    allowed: &[&str],
) -> Result<Map<String, Value>, Status> {
    let Value::Object(members) = value else {
        return Err(malformed(format!(
            "Invalid value at '{at}'. Expected an object."
        )));
    };
    let mut known = Map::new();
    for (name, value) in members {
        let camel = camel(&name);
        if !allowed.contains(&camel.as_str()) {
            let place = if at.is_empty() {
                String::new()
            } else {
                format!(" at '{at}'")
            };
            return Err(malformed(format!(
                "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
            )));
        }
        if !value.is_null() {
            known.insert(camel, value);
        }
    }
    Ok(known)
}

/// A map from text to text.
pub(super) fn texts(value: Option<Value>, at: &str) -> Result<BTreeMap<String, String>, Status> {
    let Some(value) = value else {
        return Ok(BTreeMap::new());
    };
    serde_json::from_value(value)
        .map_err(|_| malformed(format!("Invalid value at '{at}'. Expected a map of texts.")))
}

pub(super) fn text(value: Option<Value>, at: &str) -> Result<String, Status> {
    match value {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(malformed(format!("Invalid value at '{at}' (TYPE_STRING)"))),
    }
}

pub(super) fn text_list(value: Option<Value>, at: &str) -> Result<Vec<String>, Status> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    serde_json::from_value(value).map_err(|_| {
        malformed(format!(
            "Invalid value at '{at}'. Expected a list of texts."
        ))
    })
}

/// Bytes come in either alphabet of base64, with padding or without.
pub(super) fn bytes(value: Option<Value>, at: &str) -> Result<Vec<u8>, Status> {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text = text(value, at)?;
    let alphabets = [&base64::alphabet::STANDARD, &base64::alphabet::URL_SAFE];
    alphabets
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(&text).ok())
        .ok_or_else(|| {
            malformed(format!(
                "Invalid value at '{at}' (TYPE_BYTES), Base64 decoding failed"
            ))
        })
}

/// 64 bits come as text or as a number.
pub(super) fn long(value: Option<&Value>, at: &str) -> Result<Option<i64>, Status> {
    let number = match value {
        None => return Ok(None),
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_i64(),
    };
    number
        .map(Some)
        .ok_or_else(|| malformed(format!("Invalid value at '{at}' (TYPE_INT64)")))
}

pub(super) fn malformed(message: String) -> Status {
    let detail = Detail::BadRequest {
        field: String::new(),
        description: message.clone(),
    };
    Status::invalid(message).with(detail)
}

/// The name in JSON of a field, which is accepted by either.
fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut is_next_upper = false;
    for one in name.chars() {
        match one {
            '_' => is_next_upper = true,
            one if is_next_upper => {
                camel.push(one.to_ascii_uppercase());
                is_next_upper = false;
            }
            one => camel.push(one),
        }
    }
    camel
}
