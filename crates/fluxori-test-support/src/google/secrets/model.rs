//! What is stored, as `google/cloud/secretmanager/v1/resources.proto` describes it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// The state of a secret version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionState {
    /// It may be accessed.
    Enabled,
    /// It may not be accessed, and is billed all the same.
    Disabled,
    /// Its payload is gone for good.
    Destroyed,
}

impl VersionState {
    /// Such as `ENABLED`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
            Self::Destroyed => "DESTROYED",
        }
    }

    pub(in crate::google) const fn number(self) -> i32 {
        match self {
            Self::Enabled => 1,
            Self::Disabled => 2,
            Self::Destroyed => 3,
        }
    }
}

/// Where payloads are kept, and by which key of Cloud KMS they are encrypted there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) enum Replication {
    Automatic { key: Option<String> },
    UserManaged(Vec<Replica>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) struct Replica {
    pub(in crate::google) location: String,
    pub(in crate::google) key: Option<String>,
}

impl Replication {
    /// The keys of Cloud KMS, and the location that each must be in.
    pub(in crate::google) fn keys(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Automatic { key } => key.iter().map(|key| (key.as_str(), "global")).collect(),
            Self::UserManaged(replicas) => replicas
                .iter()
                .filter_map(|one| Some((one.key.as_deref()?, one.location.as_str())))
                .collect(),
        }
    }
}

/// What a caller says of a secret that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) struct NewSecret {
    pub(in crate::google) labels: BTreeMap<String, String>,
    pub(in crate::google) annotations: BTreeMap<String, String>,
    pub(in crate::google) replication: Option<Replication>,
}

/// A secret without its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) struct Secret {
    /// `projects/{number}/secrets/{id}`.
    pub(in crate::google) name: String,
    pub(in crate::google) created_at: DateTime<Utc>,
    pub(in crate::google) labels: BTreeMap<String, String>,
    pub(in crate::google) annotations: BTreeMap<String, String>,
    pub(in crate::google) replication: Replication,
    pub(in crate::google) etag: String,
}

/// A version without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) struct Version {
    /// `projects/{number}/secrets/{id}/versions/{number}`.
    pub(in crate::google) name: String,
    pub(in crate::google) created_at: DateTime<Utc>,
    pub(in crate::google) destroyed_at: Option<DateTime<Utc>>,
    pub(in crate::google) state: VersionState,
    pub(in crate::google) etag: String,
    /// The caller sent a checksum with the payload.
    pub(in crate::google) has_client_checksum: bool,
    pub(in crate::google) replication: Replication,
}

/// A payload on its way, with the checksum that is said to be its own.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::google) struct Payload {
    pub(in crate::google) data: Vec<u8>,
    pub(in crate::google) checksum: Option<i64>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) struct Page<T> {
    pub(in crate::google) items: Vec<T>,
    pub(in crate::google) next: Option<String>,
    /// 0 when the list was filtered.
    pub(in crate::google) total: usize,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::google) struct Listing {
    pub(in crate::google) page_size: i32,
    pub(in crate::google) page_token: String,
    pub(in crate::google) filter: String,
}
