use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    CredentialId, StoredSecret, TenantScope,
    ports::{KnownSecret, LooseSecret, Sentence, StorageError},
};
use uuid::Uuid;

use super::{HeldRow, Place};
use crate::{
    schema::loose_secrets,
    types::{Key, Micros},
};

/// A row of `loose_secrets`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = loose_secrets)]
#[diesel(check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct LooseRow {
    organization_id: String,
    user_id: String,
    credential_id: Key,
    pub(crate) id: Key,
    backend: String,
    place: String,
    value: Option<String>,
    due_at: Micros,
    condemned: Option<String>,
}

impl LooseRow {
    /// What a row of `condemned` says when one value is being destroyed.
    pub(crate) const VALUE: &str = "value";
    /// What it says when the place is, with all that is in it.
    pub(crate) const PLACE: &str = "place";

    /// The entry of a value that a credential's row lets go of. `None` for one that is nowhere but in the row.
    pub(crate) fn let_go(
        scope: &TenantScope,
        credential: Key,
        secret: StoredSecret,
        due_at: DateTime<Utc>,
    ) -> Option<Self> {
        let place = secret.place()?.to_owned();
        Some(Self {
            organization_id: scope.organization.to_string(),
            user_id: scope.user.to_string(),
            credential_id: credential,
            id: Key(Uuid::new_v4()),
            backend: secret.backend.to_string(),
            place,
            value: Some(secret.value),
            due_at: Micros::of(due_at),
            condemned: None,
        })
    }

    fn is_beside(&self, other: &Self) -> bool {
        self.id != other.id
            && self.backend == other.backend
            && self.place == other.place
            && self.condemned.is_none()
    }
}

impl From<&LooseSecret> for LooseRow {
    fn from(entry: &LooseSecret) -> Self {
        Self {
            organization_id: entry.scope.organization.to_string(),
            user_id: entry.scope.user.to_string(),
            credential_id: Key(*entry.credential.as_uuid()),
            id: Key(entry.id),
            backend: entry.backend.to_string(),
            place: entry.place.clone(),
            value: entry.value.clone(),
            due_at: Micros::of(entry.due_at),
            condemned: None,
        }
    }
}

impl TryFrom<LooseRow> for LooseSecret {
    type Error = StorageError;

    fn try_from(row: LooseRow) -> Result<Self, StorageError> {
        let place = Place {
            table: "loose_secrets",
            row: &row.id.0,
        };
        Ok(Self {
            id: row.id.0,
            scope: place.scope(row.organization_id, row.user_id)?,
            credential: CredentialId::from_uuid(row.credential_id.0),
            backend: place.name("backend", &row.backend)?,
            place: row.place,
            value: row.value,
            due_at: place.time("due_at", row.due_at)?,
        })
    }
}

/// What is decided about an entry, and what the rows must say from then on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing changes.
    Stays(Sentence),
    /// The credential's row holds the value: it is not loose, and the entry goes.
    Held,
    /// The entry is condemned, and so are the others named: writers whose time is over as well.
    Condemned {
        sentence: Sentence,
        others: Vec<Key>,
    },
}

impl Verdict {
    /// Decides about an entry, as it was read before, among all entries of its credential; `held` is what the
    /// credential's row holds.
    ///
    /// Of two writers that died in one place, neither is known to have written nothing. So an entry without a value
    /// condemns along with it those that are due no later; whoever is due later is waited for.
    pub(crate) fn on(
        entry: &LooseSecret,
        entries: &[LooseRow],
        held: Option<&StoredSecret>,
    ) -> Self {
        let Some(own) = entries.iter().find(|row| row.id.0 == entry.id) else {
            return Self::Stays(Sentence::Gone);
        };
        if own.value != entry.value {
            // Written since it was read, so the list of what is in the place may be too old to have it.
            return Self::Stays(Sentence::Busy);
        }
        let held = held
            .filter(|held| held.backend == entry.backend && held.place() == Some(&entry.place))
            .map(|held| held.value.as_str());
        if own.value.is_some() && own.value.as_deref() == held {
            return Self::Held;
        }
        let beside = || entries.iter().filter(|row| row.is_beside(own));
        let writers: Vec<_> = match own.value {
            None => beside().filter(|row| row.value.is_none()).collect(),
            Some(_) => Vec::new(),
        };
        if writers.iter().any(|writer| writer.due_at.0 > own.due_at.0) {
            return Self::Stays(Sentence::Busy);
        }
        let others: Vec<_> = writers.iter().map(|writer| writer.id).collect();
        let in_use = held.is_some() || beside().any(|row| !others.contains(&row.id));
        let sentence = if in_use {
            let loose = beside().filter_map(|row| row.value.as_deref());
            Sentence::AllBut(held.into_iter().chain(loose).map(str::to_owned).collect())
        } else {
            Sentence::Everything
        };
        Self::Condemned { sentence, others }
    }
}

/// What rows and entries say together, by credential.
pub(crate) fn known(
    (rows, entries): (Vec<HeldRow>, Vec<LooseRow>),
) -> Result<Vec<KnownSecret>, StorageError> {
    let mut known = BTreeMap::new();
    let unknown = |scope: &TenantScope, credential| KnownSecret {
        credential,
        scope: scope.clone(),
        held: None,
        loose: Vec::new(),
    };
    let key = |scope: &TenantScope, credential: CredentialId| {
        (
            scope.organization.to_string(),
            scope.user.to_string(),
            credential,
        )
    };
    for row in rows {
        let (scope, credential) = (row.scope()?, CredentialId::from_uuid(row.id.0));
        known
            .entry(key(&scope, credential))
            .or_insert_with(|| unknown(&scope, credential))
            .held = Some(row.secret()?);
    }
    for row in entries {
        let entry = LooseSecret::try_from(row)?;
        known
            .entry(key(&entry.scope, entry.credential))
            .or_insert_with(|| unknown(&entry.scope, entry.credential))
            .loose
            .push(entry);
    }
    Ok(known.into_values().collect())
}
