//! What lies at Google, compared with the rows without any help of the product.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use super::stage::Stage;

/// Both sides, put together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    /// Versions that are not destroyed.
    pub(crate) versions: i64,
    /// Secrets.
    pub(crate) secrets: i64,
    /// Versions that are not destroyed and that no row holds.
    pub(crate) stray_versions: i64,
    /// Secrets that no row holds any version of.
    pub(crate) stray_secrets: i64,
    /// Rows whose version is not there.
    pub(crate) missing: i64,
}

impl Outside {
    pub(crate) fn look(stage: &Stage) -> Result<Self> {
        let rows =
            stage.sql("select secret from credentials where backend = 'google_secret_manager'")?;
        let told = stage.google.order("GET", "secrets", &Value::Null)?;
        Self::compare(&rows, &told)
    }

    fn compare(rows: &str, told: &Value) -> Result<Self> {
        let pinned: BTreeSet<&str> = rows
            .lines()
            .map(|row| row.split_once("/secrets/").map(|parts| parts.1))
            .collect::<Option<_>>()
            .context("a row names no secret of Google")?;
        let mut outside = Self::default();
        let mut found = 0;
        for secret in told["secrets"].as_array().context("no list of secrets")? {
            let id = secret["id"].as_str().context("a secret without a name")?;
            let mut is_used = false;
            outside.secrets += 1;
            let states = secret["versions"].as_array().context("no versions")?;
            for (number, state) in (1..).zip(states) {
                if state == "DESTROYED" {
                    continue;
                }
                outside.versions += 1;
                let is_pinned = pinned.contains(format!("{id}/versions/{number}").as_str());
                is_used |= is_pinned;
                found += i64::from(is_pinned);
                outside.stray_versions += i64::from(!is_pinned);
            }
            outside.stray_secrets += i64::from(!is_used);
        }
        outside.missing = i64::try_from(pinned.len())? - found;
        Ok(outside)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_row_holds_is_stray_and_what_is_not_there_is_missing() {
        let rows = "projects/p/secrets/a/versions/2\nprojects/p/secrets/c/versions/1\n";
        let told = json!({"secrets": [
            {"id": "a", "versions": ["DESTROYED", "ENABLED", "ENABLED"]},
            {"id": "b", "versions": ["DESTROYED"]},
        ]});
        let outside = Outside::compare(rows, &told).unwrap();
        let expected = Outside {
            versions: 2,
            secrets: 2,
            stray_versions: 1,
            stray_secrets: 1,
            missing: 1,
        };
        assert_eq!(outside, expected);
        assert!(Outside::compare("sealed\n", &told).is_err());
    }
}
