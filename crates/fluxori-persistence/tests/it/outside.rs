//! Secrets that live outside the database, as the tests of the ledger need them.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditKind, Backend, Connection, Credential, CredentialId, Marketplace, StoredSecret,
    TenantScope,
    ports::{
        ConnectionRepository as _, LooseSecret, NewConnection, RefreshRepository, SecretLedger,
        SecretMoves, Sentence,
    },
};
use fluxori_persistence::Database;
use uuid::Uuid;

use crate::support::{Store, alice, at, event, new};

pub(crate) fn ledger(database: &Database) -> &dyn SecretLedger {
    database
}

pub(crate) fn moves(database: &Database) -> &dyn SecretMoves {
    database
}

/// A place of a credential.
pub(crate) fn place(credential: CredentialId, number: u32) -> String {
    format!("projects/p/secrets/fluxori-{credential}-{number}")
}

/// A value in a place.
pub(crate) fn google(place: &str, version: u32) -> StoredSecret {
    StoredSecret {
        backend: Backend::GoogleSecretManager,
        value: format!("{place}/versions/{version}"),
    }
}

/// An entry of a value that is about to be written.
pub(crate) fn entry(
    scope: &TenantScope,
    credential: CredentialId,
    place: &str,
    due_at: DateTime<Utc>,
) -> LooseSecret {
    LooseSecret {
        id: Uuid::new_v4(),
        scope: scope.clone(),
        credential,
        backend: Backend::GoogleSecretManager,
        place: place.to_owned(),
        value: None,
        due_at,
    }
}

/// Puts a value on the ledger, and returns its entry.
pub(crate) async fn keep(
    store: &Store,
    scope: &TenantScope,
    credential: CredentialId,
    secret: &StoredSecret,
) -> LooseSecret {
    let mut entry = entry(scope, credential, secret.place().unwrap(), at(0));
    ledger(&store.database).begin(&entry).await.unwrap();
    let written = ledger(&store.database).written(entry.id, &secret.value);
    assert!(written.await.unwrap());
    entry.value = Some(secret.value.clone());
    entry
}

/// A connection whose credential is to live in version 1 of its first place.
pub(crate) fn new_outside(scope: &TenantScope, account: &str) -> NewConnection {
    let mut new = new(scope, Marketplace::Takealot, Some(account));
    new.credential.secret = google(&place(new.credential.id, 1), 1);
    new
}

/// Stores such a connection, its value on the ledger before.
pub(crate) async fn insert(store: &Store, account: &str) -> (Connection, Credential) {
    let new = new_outside(&alice(), account);
    let credential = new.credential.clone();
    keep(store, &alice(), credential.id, &credential.secret).await;
    (store.database.insert(new).await.unwrap(), credential)
}

/// The credential as it is stored.
pub(crate) async fn stored(database: &Database, credential: &Credential) -> Option<Credential> {
    let refreshes: &dyn RefreshRepository = database;
    let stored = refreshes.credential(&credential.scope, credential.id);
    stored.await.unwrap()
}

/// The entries of a credential.
pub(crate) async fn entries(
    database: &Database,
    scope: &TenantScope,
    credential: CredentialId,
) -> Vec<LooseSecret> {
    let entries = ledger(database).of_credential(scope, credential);
    entries.await.unwrap()
}

/// What is loose of a credential: values, with the time from which on they may be destroyed.
pub(crate) async fn loose(
    store: &Store,
    credential: &Credential,
) -> Vec<(Option<String>, DateTime<Utc>)> {
    entries(&store.database, &credential.scope, credential.id)
        .await
        .into_iter()
        .map(|entry| (entry.value, entry.due_at))
        .collect()
}

/// Deletes a connection, and removes its row at the time given.
pub(crate) async fn delete(store: &Store, connection: &Connection, at: DateTime<Utc>) {
    let (scope, id) = (&connection.scope, connection.id);
    let buried = event(connection, AuditKind::Deleted);
    let bury = store.database.bury(scope, id, None, false, buried);
    let tombstone = bury.await.unwrap();
    for _ in 0..2 {
        let mut removed = event(connection, AuditKind::SecretDestroyed);
        removed.at = at;
        store.database.remove(&tombstone, removed).await.unwrap();
    }
}

/// A keeper outside the database: the values that exist there.
#[derive(Default)]
pub(crate) struct Keeper(Mutex<BTreeSet<String>>);

impl Keeper {
    pub(crate) fn values(&self) -> BTreeSet<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn put(&self, value: &str) {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.insert(value.to_owned());
    }

    pub(crate) fn list(&self, place: &str) -> Vec<String> {
        let mut values: Vec<_> = self.values().into_iter().collect();
        values.retain(|value| value.starts_with(&format!("{place}/")));
        values
    }

    /// Does what a sentence says about an entry whose place was listed before.
    pub(crate) fn execute(&self, entry: &LooseSecret, listed: &[String], sentence: &Sentence) {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match sentence {
            Sentence::Gone | Sentence::Busy => {}
            Sentence::Everything => {
                values.retain(|value| !value.starts_with(&format!("{}/", entry.place)));
            }
            Sentence::AllBut(spared) => {
                for value in listed.iter().chain(&entry.value) {
                    if !spared.contains(value) {
                        values.remove(value);
                    }
                }
            }
        }
    }

    /// Settles an entry as a sweep does; `false` when it has to wait.
    pub(crate) async fn settle(&self, database: &Database, entry: &LooseSecret) -> bool {
        let listed = self.list(&entry.place);
        let sentence = ledger(database).condemn(entry).await.unwrap();
        if sentence == Sentence::Busy {
            return false;
        }
        self.execute(entry, &listed, &sentence);
        ledger(database).forget(entry.id).await.unwrap();
        true
    }
}
