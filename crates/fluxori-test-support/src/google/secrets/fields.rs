//! By what a list may be filtered.

use chrono::{DateTime, SecondsFormat, Utc};

use super::{
    filter::Filtered,
    model::{Replication, Secret, Version},
};

impl Filtered for Secret {
    const FIELDS: &'static [&'static str] = &[
        "name",
        "create_time",
        "expire_time",
        "labels.",
        "annotations.",
        "replication.automatic",
        "replication.user_managed",
        "replication.user_managed.replicas.location",
    ];

    fn values(&self, field: &str) -> Vec<String> {
        if let Some(key) = field.strip_prefix("labels.") {
            return self.labels.get(key).cloned().into_iter().collect();
        }
        if let Some(key) = field.strip_prefix("annotations.") {
            return self.annotations.get(key).cloned().into_iter().collect();
        }
        match (field, &self.replication) {
            ("name", _) => vec![self.name.clone()],
            ("create_time", _) => vec![time(self.created_at)],
            ("replication.automatic", Replication::Automatic { .. })
            | ("replication.user_managed", Replication::UserManaged(_)) => vec![String::new()],
            ("replication.user_managed.replicas.location", Replication::UserManaged(replicas)) => {
                replicas.iter().map(|one| one.location.clone()).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Filtered for Version {
    const FIELDS: &'static [&'static str] = &["name", "create_time", "destroy_time", "state"];

    fn values(&self, field: &str) -> Vec<String> {
        match field {
            "name" => vec![self.name.clone()],
            "create_time" => vec![time(self.created_at)],
            "destroy_time" => self.destroyed_at.map(time).into_iter().collect(),
            "state" => vec![self.state.name().to_owned()],
            _ => Vec::new(),
        }
    }
}

/// As JSON writes a `google.protobuf.Timestamp`.
pub(in crate::google) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
