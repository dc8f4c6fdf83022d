//! Answers as Google writes them: proto3 as JSON, so 64-bit numbers are texts and empty fields are absent
//! (`google/cloud/secretmanager/v1/{service,resources}.proto`, <https://protobuf.dev/programming-guides/json/>).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fluxori_domain::SecretText;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Secret {
    pub(super) name: String,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    pub(super) create_time: DateTime<Utc>,
    #[serde(default)]
    pub(super) replication: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Version {
    pub(super) name: String,
    pub(super) create_time: DateTime<Utc>,
    pub(super) destroy_time: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(super) state: String,
    #[serde(default)]
    pub(super) client_specified_payload_checksum: bool,
}

#[derive(Deserialize)]
pub(super) struct Accessed {
    pub(super) name: String,
    pub(super) payload: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payload {
    pub(super) data: SecretText,
    #[serde(default, deserialize_with = "int64")]
    pub(super) data_crc32c: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SecretList {
    #[serde(default)]
    pub(super) secrets: Vec<Secret>,
    #[serde(default)]
    pub(super) next_page_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VersionList {
    #[serde(default)]
    pub(super) versions: Vec<Version>,
    #[serde(default)]
    pub(super) next_page_token: String,
}

#[derive(Deserialize)]
pub(super) struct Permissions {
    #[serde(default)]
    pub(super) permissions: Vec<String>,
}

/// A 64-bit number is written as a text; a number is accepted too, as the mapping asks of readers.
fn int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    Ok(match Option::<Either>::deserialize(deserializer)? {
        None => None,
        Some(Either::Number(number)) => Some(number),
        Some(Either::Text(text)) => Some(
            text.parse()
                .map_err(|_| serde::de::Error::custom("not a number"))?,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_a_number_in_a_text_or_a_number_or_absent() {
        let checksum =
            |json: &str| serde_json::from_str::<Payload>(json).map(|payload| payload.data_crc32c);
        let expected = Some(3_808_858_755);
        assert_eq!(
            checksum(r#"{"data":"","dataCrc32c":"3808858755"}"#).unwrap(),
            expected
        );
        assert_eq!(
            checksum(r#"{"data":"","dataCrc32c":3808858755}"#).unwrap(),
            expected
        );
        assert_eq!(checksum(r#"{"data":""}"#).unwrap(), None);
        assert!(checksum(r#"{"data":"","dataCrc32c":"x"}"#).is_err());
        assert!(checksum(r#"{"data":7}"#).is_err());
    }

    #[test]
    fn empty_fields_are_absent() {
        let list: SecretList = serde_json::from_str("{}").unwrap();
        assert!(list.secrets.is_empty() && list.next_page_token.is_empty());
        let version: Version =
            serde_json::from_str(r#"{"name":"n","createTime":"2026-11-23T10:00:00.123456789Z"}"#)
                .unwrap();
        assert_eq!((version.state.as_str(), version.destroy_time), ("", None));
    }
}
