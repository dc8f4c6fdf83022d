//! What a test sees of the state.

use std::{collections::BTreeMap, fmt};

use super::secrets::{Entry, Store, VersionState};

/// A secret as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    /// The last part of its name.
    pub id: String,
    /// `projects/{number}/secrets/{id}`.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Every version it ever had, number 1 first.
    pub versions: Vec<VersionView>,
}

/// A version as it is now.
#[derive(Clone, PartialEq, Eq)]
pub struct VersionView {
    /// From 1.
    pub number: u64,
    /// Its state.
    pub state: VersionState,
    /// Its payload, until it is destroyed.
    pub payload: Option<Vec<u8>>,
}

impl fmt::Debug for VersionView {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.payload.as_ref().map(Vec::len);
        write!(
            out,
            "VersionView({}, {:?}, bytes: {bytes:?})",
            self.number, self.state
        )
    }
}

impl SecretView {
    /// The versions that are billed: all that are not destroyed.
    pub fn held(&self) -> impl Iterator<Item = &VersionView> {
        self.versions
            .iter()
            .filter(|one| one.state != VersionState::Destroyed)
    }
}

pub(super) fn secret(id: &str, entry: &Entry) -> SecretView {
    SecretView {
        id: id.to_owned(),
        name: entry.secret.name.clone(),
        labels: entry.secret.labels.clone(),
        versions: (1..)
            .zip(&entry.versions)
            .map(|(number, kept)| VersionView {
                number,
                state: kept.version.state,
                payload: kept.data.clone(),
            })
            .collect(),
    }
}

/// All of them, oldest first.
pub(super) fn secrets(store: &Store) -> Vec<SecretView> {
    store
        .entries()
        .map(|(id, entry)| secret(id, entry))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_version_shows_no_payload() {
        let version = VersionView {
            number: 1,
            state: VersionState::Enabled,
            payload: Some(b"canary".to_vec()),
        };
        let shown = format!("{version:?}");
        assert!(shown.contains("Some(6)") && !shown.contains("canary") && !shown.contains("99"));
    }
}
