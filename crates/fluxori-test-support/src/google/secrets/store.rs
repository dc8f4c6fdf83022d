//! All secrets of the project.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::{
    Wanted,
    model::{Listing, NewSecret, Page, Payload, Secret, Version, VersionState},
    paging, rules,
};
use crate::google::status::{Code, Status};

/// A version with what is kept of its payload.
#[derive(Clone)]
pub(in crate::google) struct Kept {
    pub(in crate::google) version: Version,
    /// Gone when destroyed.
    pub(in crate::google) data: Option<Vec<u8>>,
    pub(in crate::google) checksum: u32,
}

/// A secret with its versions, of which number N is at N - 1.
#[derive(Clone)]
pub(in crate::google) struct Entry {
    sequence: u64,
    pub(in crate::google) secret: Secret,
    pub(in crate::google) versions: Vec<Kept>,
}

pub(in crate::google) struct Store {
    project_number: u64,
    default_page: usize,
    by_id: HashMap<String, Entry>,
    /// In the order in which they were made.
    by_age: BTreeMap<u64, String>,
    /// Counts secrets made and etags given.
    counter: u64,
}

/// What a caller wants of the state of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::google) enum Change {
    Enable,
    Disable,
    Destroy,
}

impl Store {
    pub(in crate::google) fn new(project_number: u64) -> Self {
        Self {
            project_number,
            default_page: paging::DEFAULT_SIZE,
            by_id: HashMap::new(),
            by_age: BTreeMap::new(),
            counter: 0,
        }
    }

    pub(in crate::google) const fn set_default_page(&mut self, size: usize) {
        self.default_page = size;
    }

    fn name(&self, id: &str) -> String {
        format!("projects/{}/secrets/{id}", self.project_number)
    }

    /// Such as `"62a1f0"`, the quotes being part of it.
    fn make_etag(&mut self) -> String {
        self.counter += 1;
        format!("\"{:014x}\"", self.counter)
    }

    pub(in crate::google) fn create(
        &mut self,
        id: &str,
        new: &NewSecret,
        now: DateTime<Utc>,
    ) -> Result<Secret, Status> {
        let replication = rules::check_new(new)?;
        let name = self.name(id);
        if self.by_id.contains_key(id) {
            return Err(Status::new(
                Code::AlreadyExists,
                format!("Secret [{name}] already exists."),
            ));
        }
        let etag = self.make_etag();
        let secret = Secret {
            name,
            created_at: now,
            labels: new.labels.clone(),
            annotations: new.annotations.clone(),
            replication,
            etag,
        };
        let entry = Entry {
            sequence: self.counter,
            secret: secret.clone(),
            versions: Vec::new(),
        };
        self.by_age.insert(self.counter, id.to_owned());
        self.by_id.insert(id.to_owned(), entry);
        Ok(secret)
    }

    pub(in crate::google) fn get(&self, id: &str) -> Result<&Secret, Status> {
        let found = self.by_id.get(id).map(|entry| &entry.secret);
        found.ok_or_else(|| Status::not_found(format!("Secret [{}] not found.", self.name(id))))
    }

    /// Replaces the labels or the annotations.
    pub(in crate::google) fn update(
        &mut self,
        id: &str,
        labels: Option<&BTreeMap<String, String>>,
        annotations: Option<&BTreeMap<String, String>>,
        etag: &str,
    ) -> Result<Secret, Status> {
        check_etag(&self.get(id)?.etag, etag)?;
        labels.map_or(Ok(()), rules::check_labels)?;
        annotations.map_or(Ok(()), rules::check_annotations)?;
        let etag = self.make_etag();
        let secret = &mut self.by_id.get_mut(id).expect("it was found above").secret;
        secret.etag = etag;
        if let Some(labels) = labels {
            secret.labels.clone_from(labels);
        }
        if let Some(annotations) = annotations {
            secret.annotations.clone_from(annotations);
        }
        Ok(secret.clone())
    }

    pub(in crate::google) fn delete(&mut self, id: &str, etag: &str) -> Result<(), Status> {
        check_etag(&self.get(id)?.etag, etag)?;
        if let Some(entry) = self.by_id.remove(id) {
            self.by_age.remove(&entry.sequence);
        }
        Ok(())
    }

    pub(in crate::google) fn list(&self, listing: &Listing) -> Result<Page<Secret>, Status> {
        let below = |start| {
            self.by_age.range(..start).rev().map(|(sequence, id)| {
                let entry = self.by_id.get(id).expect("both sides name the same");
                (*sequence, &entry.secret)
            })
        };
        paging::page(below, self.by_id.len(), listing, self.default_page)
    }

    pub(in crate::google) fn add_version(
        &mut self,
        id: &str,
        payload: &Payload,
        now: DateTime<Utc>,
    ) -> Result<Version, Status> {
        let checksum = rules::check_payload(payload)?;
        self.get(id)?;
        let etag = self.make_etag();
        let entry = self.by_id.get_mut(id).expect("it was found above");
        let version = Version {
            name: format!(
                "{}/versions/{}",
                entry.secret.name,
                entry.versions.len() + 1
            ),
            created_at: now,
            destroyed_at: None,
            state: VersionState::Enabled,
            etag,
            has_client_checksum: payload.checksum.is_some(),
            replication: entry.secret.replication.clone(),
        };
        entry.versions.push(Kept {
            version: version.clone(),
            data: Some(payload.data.clone()),
            checksum,
        });
        Ok(version)
    }

    /// The number of the version that is meant, and the version.
    fn find(&self, id: &str, wanted: Wanted) -> Result<(usize, &Kept), Status> {
        let name = self.name(id);
        let versions = self.by_id.get(id).map_or(&[][..], |entry| &entry.versions);
        if versions.is_empty() {
            return Err(Status::not_found(format!(
                "Secret [{name}] not found or has no versions."
            )));
        }
        let place = match wanted {
            Wanted::Latest => versions.len() - 1,
            Wanted::Number(number) => usize::try_from(number).unwrap_or(usize::MAX) - 1,
        };
        match versions.get(place) {
            Some(kept) => Ok((place, kept)),
            None => Err(Status::not_found(format!(
                "Secret Version [{name}/versions/{}] not found.",
                place + 1
            ))),
        }
    }

    pub(in crate::google) fn version(&self, id: &str, wanted: Wanted) -> Result<&Version, Status> {
        Ok(&self.find(id, wanted)?.1.version)
    }

    pub(in crate::google) fn list_versions(
        &self,
        id: &str,
        listing: &Listing,
    ) -> Result<Page<Version>, Status> {
        self.get(id)?;
        let versions = &self.by_id[id].versions;
        let below = |start: u64| {
            let before = usize::try_from(start)
                .unwrap_or(usize::MAX)
                .saturating_sub(1);
            let versions = &versions[..before.min(versions.len())];
            let numbers = (1..=versions.len() as u64).rev();
            numbers.zip(versions.iter().rev().map(|kept| &kept.version))
        };
        paging::page(below, versions.len(), listing, self.default_page)
    }

    /// The name of the version with its payload: of an enabled one only, and `latest` looks no further.
    pub(in crate::google) fn access(
        &self,
        id: &str,
        wanted: Wanted,
    ) -> Result<(String, Payload), Status> {
        let (_, kept) = self.find(id, wanted)?;
        match (&kept.data, kept.version.state) {
            (Some(data), VersionState::Enabled) => {
                let payload = Payload {
                    data: data.clone(),
                    checksum: Some(kept.checksum.into()),
                };
                Ok((kept.version.name.clone(), payload))
            }
            (_, state) => Err(in_state(&kept.version.name, state)),
        }
    }

    /// A destroyed version stays destroyed; all else may be repeated, and gives a new etag each time:
    /// <https://cloud.google.com/secret-manager/docs/etags>.
    pub(in crate::google) fn change(
        &mut self,
        id: &str,
        wanted: Wanted,
        change: Change,
        etag: &str,
        now: DateTime<Utc>,
    ) -> Result<Version, Status> {
        let (place, kept) = self.find(id, wanted)?;
        check_etag(&kept.version.etag, etag)?;
        if kept.version.state == VersionState::Destroyed {
            return Err(in_state(&kept.version.name, VersionState::Destroyed));
        }
        let etag = self.make_etag();
        let entry = self.by_id.get_mut(id).expect("it was found above");
        let kept = &mut entry.versions[place];
        kept.version.etag = etag;
        match change {
            Change::Enable => kept.version.state = VersionState::Enabled,
            Change::Disable => kept.version.state = VersionState::Disabled,
            Change::Destroy => {
                kept.version.state = VersionState::Destroyed;
                kept.version.destroyed_at = Some(now);
                kept.data = None;
            }
        }
        Ok(kept.version.clone())
    }

    /// For operators and onlookers: every secret with its id, oldest first.
    pub(in crate::google) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.by_age
            .values()
            .map(|id| (id.as_str(), &self.by_id[id]))
    }

    pub(in crate::google) fn entry(&self, id: &str) -> Option<&Entry> {
        self.by_id.get(id)
    }

    pub(in crate::google) fn kept_mut(&mut self, id: &str, number: u64) -> Option<&mut Kept> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.by_id.get_mut(id)?.versions.get_mut(place)
    }
}

fn in_state(name: &str, state: VersionState) -> Status {
    Status::precondition(format!(
        "Secret Version [{name}] is in {} state.",
        state.name()
    ))
}

/// An etag that is sent must be the current one; a wrong one is answered with `FAILED_PRECONDITION`:
/// <https://cloud.google.com/secret-manager/docs/etags>.
fn check_etag(current: &str, sent: &str) -> Result<(), Status> {
    if sent.is_empty() || sent == current {
        return Ok(());
    }
    Err(Status::precondition(
        "The etag provided in the request does not match the current etag of the resource.",
    ))
}
