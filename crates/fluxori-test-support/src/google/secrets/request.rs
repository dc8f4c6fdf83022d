//! What callers ask for, and what they are answered, whatever the wire.

use std::collections::BTreeMap;

use super::{
    Change, Listing, NewSecret, Page, Payload, Secret, SecretName, Store, Version, VersionName,
};
use crate::google::status::Status;
use chrono::{DateTime, Utc};

/// A request that is well formed.
#[derive(Clone)]
pub(in crate::google) enum Request {
    Create {
        parent: String,
        id: String,
        secret: NewSecret,
    },
    Get(SecretName),
    List {
        parent: String,
        listing: Listing,
    },
    Update {
        name: SecretName,
        labels: Option<BTreeMap<String, String>>,
        annotations: Option<BTreeMap<String, String>>,
        etag: String,
    },
    Delete {
        name: SecretName,
        etag: String,
    },
    TestPermissions {
        name: SecretName,
        permissions: Vec<String>,
    },
    AddVersion {
        parent: SecretName,
        payload: Payload,
    },
    GetVersion(VersionName),
    ListVersions {
        parent: SecretName,
        listing: Listing,
    },
    Access(VersionName),
    Change {
        name: VersionName,
        change: Change,
        etag: String,
    },
}

/// What a request that was carried out is answered.
pub(in crate::google) enum Answer {
    Empty,
    Secret(Secret),
    Secrets(Page<Secret>),
    Version(Version),
    Versions(Page<Version>),
    Payload { name: String, payload: Payload },
    Permissions(Vec<String>),
}

impl Request {
    /// The project that is meant, by its id or by its number.
    pub(in crate::google) fn project(&self) -> &str {
        match self {
            Self::Create { parent, .. } | Self::List { parent, .. } => {
                parent.strip_prefix("projects/").unwrap_or(parent)
            }
            Self::Get(name)
            | Self::Update { name, .. }
            | Self::Delete { name, .. }
            | Self::TestPermissions { name, .. }
            | Self::AddVersion { parent: name, .. }
            | Self::ListVersions { parent: name, .. } => &name.project,
            Self::GetVersion(name) | Self::Access(name) | Self::Change { name, .. } => {
                &name.parent.project
            }
        }
    }

    /// What the permission is needed on, as the caller wrote it.
    pub(in crate::google) fn resource(&self) -> String {
        match self {
            Self::Create { parent, .. } | Self::List { parent, .. } => parent.clone(),
            Self::Get(name)
            | Self::Update { name, .. }
            | Self::Delete { name, .. }
            | Self::TestPermissions { name, .. }
            | Self::AddVersion { parent: name, .. }
            | Self::ListVersions { parent: name, .. } => name.text(),
            Self::GetVersion(name) | Self::Access(name) | Self::Change { name, .. } => name.text(),
        }
    }

    /// What a fault or an entry of the journal is about: the resource, and the secret also where it is still to be made.
    pub(in crate::google) fn subject(&self) -> String {
        match self {
            Self::Create { parent, id, .. } => format!("{parent}/secrets/{id}"),
            _ => self.resource(),
        }
    }

    /// The keys of Cloud KMS that lock or unlock the payload on the way.
    pub(in crate::google) fn keys(&self, store: &Store) -> Vec<String> {
        let secret = match self {
            Self::AddVersion { parent, .. } => store.get(&parent.secret),
            Self::Access(name) => store.get(&name.parent.secret),
            _ => return Vec::new(),
        };
        let keys = secret.map(|secret| secret.replication.keys());
        let keys = keys.unwrap_or_default().into_iter();
        keys.map(|(key, _)| key.to_owned()).collect()
    }

    /// Does it, the caller being allowed to. `may` knows what else the caller may do.
    pub(in crate::google) fn carry_out(
        self,
        store: &mut Store,
        now: DateTime<Utc>,
        may: impl Fn(&str) -> bool,
    ) -> Result<Answer, Status> {
        Ok(match self {
            Self::Create { parent, id, secret } => {
                SecretName::parse(&format!("{parent}/secrets/{id}"))
                    .ok_or_else(|| Status::invalid("Field [secret_id] is not in a valid format."))?
                    .check()?;
                Answer::Secret(store.create(&id, &secret, now)?)
            }
            Self::Get(name) => {
                name.check()?;
                Answer::Secret(store.get(&name.secret)?.clone())
            }
            Self::List { listing, .. } => Answer::Secrets(store.list(&listing)?),
            Self::Update {
                name,
                labels,
                annotations,
                etag,
            } => {
                name.check()?;
                let (labels, annotations) = (labels.as_ref(), annotations.as_ref());
                Answer::Secret(store.update(&name.secret, labels, annotations, &etag)?)
            }
            Self::Delete { name, etag } => {
                name.check()?;
                store.delete(&name.secret, &etag)?;
                Answer::Empty
            }
            Self::TestPermissions {
                name,
                mut permissions,
            } => {
                // "If the secret does not exist, this call returns an empty set of permissions, not a NOT_FOUND error."
                let exists = store.get(&name.secret).is_ok();
                permissions.retain(|permission| exists && may(permission));
                Answer::Permissions(permissions)
            }
            Self::AddVersion { parent, payload } => {
                parent.check()?;
                Answer::Version(store.add_version(&parent.secret, &payload, now)?)
            }
            Self::GetVersion(name) => {
                let wanted = name.check()?;
                Answer::Version(store.version(&name.parent.secret, wanted)?.clone())
            }
            Self::ListVersions { parent, listing } => {
                parent.check()?;
                Answer::Versions(store.list_versions(&parent.secret, &listing)?)
            }
            Self::Access(name) => {
                let wanted = name.check()?;
                let (name, payload) = store.access(&name.parent.secret, wanted)?;
                Answer::Payload { name, payload }
            }
            Self::Change { name, change, etag } => {
                let wanted = name.check()?;
                Answer::Version(store.change(&name.parent.secret, wanted, change, &etag, now)?)
            }
        })
    }
}
