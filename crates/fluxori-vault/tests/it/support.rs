//! A keyring, a clock and a repository that tests hold in their hands.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    Clock, CredentialId, DataKeyId, Generation, Marketplace, MasterKeyId, OrganizationId,
    Plaintext, SecretContext, SecretText,
    ports::{DataKeyRepository, KnownMasterKey, StorageError, WrappedDataKey},
};
use fluxori_vault::{DataKey, Keyring, Vault, VaultStore};
use futures_util::FutureExt;
use secrecy::ExposeSecret;
use tokio::sync::Barrier;

/// Three master keys, in the three forms.
pub(crate) const MASTER_1: &str = "8Jv0rXh3nY2kq7Tn1Zb6Wc4Ld9Ms5Pg0Fa+Eu/Ri3Oo=";
pub(crate) const MASTER_2: &str = "wK7vZ1mQ4tY9bX2cN8dF5gH3jL6pR0sA";
pub(crate) const MASTER_3: &str =
    "5a1f3c9e7b2d4068f1e3a5c7d9b8061424364758697a8b9cadbecfd0e1f20314";

/// A keyring of one active key and a list of retired ones.
pub(crate) fn keyring(active: &str, retired: &[&str]) -> Keyring {
    let retired = SecretText::new(retired.join(","));
    Keyring::parse(Some(&SecretText::copy_of(active)), Some(&retired)).unwrap()
}

pub(crate) fn vault(active: &str, retired: &[&str]) -> Arc<Vault> {
    Arc::new(Vault::new(keyring(active, retired)))
}

/// The result of what never waits.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    future
        .now_or_never()
        .expect("a local key waits for nothing")
}

/// A new data key of an organization, made under a local master key.
pub(crate) fn make_data_key(
    vault: &Vault,
    organization: &OrganizationId,
) -> (DataKey, WrappedDataKey) {
    at_once(vault.make_data_key(organization, DateTime::UNIX_EPOCH)).unwrap()
}

pub(crate) fn organization(name: &str) -> OrganizationId {
    OrganizationId::new(name).unwrap()
}

/// A context of `org-1`.
pub(crate) fn context() -> SecretContext {
    SecretContext {
        organization: organization("org-1"),
        credential: "018bcfe5-6800-7000-8000-000000000001"
            .parse::<CredentialId>()
            .unwrap(),
        marketplace: Marketplace::Takealot,
        generation: Generation::FIRST,
    }
}

pub(crate) fn plaintext(text: &str) -> Plaintext {
    Plaintext::new(text.as_bytes().to_vec().into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: tests compare what they sealed"
)]
pub(crate) fn bytes(plaintext: &Plaintext) -> &[u8] {
    plaintext.expose_secret()
}

/// A clock that stands still until it is told to go on.
pub(crate) struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(
            DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        )))
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Data keys in memory. Counts what it is asked, and can make all first askers see an empty table.
#[derive(Default)]
pub(crate) struct TestKeys {
    pub(crate) rows: Mutex<Vec<WrappedDataKey>>,
    pub(crate) withdrawn: Mutex<Vec<KnownMasterKey>>,
    pub(crate) lookups: AtomicUsize,
    pub(crate) down: AtomicBool,
    pub(crate) starting_line: Option<Barrier>,
}

impl TestKeys {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// `active` answers only when `callers` are waiting for it, so that none of them sees the other's key.
    pub(crate) fn with_race_of(callers: usize) -> Arc<Self> {
        Arc::new(Self {
            starting_line: Some(Barrier::new(callers)),
            ..Self::default()
        })
    }

    pub(crate) fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }

    fn select(
        &self,
        wanted: impl Fn(&WrappedDataKey) -> bool,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(StorageError::Unavailable("down".into()));
        }
        Ok(self
            .rows
            .lock()
            .unwrap()
            .iter()
            .find(|row| wanted(row))
            .cloned())
    }
}

#[async_trait]
impl DataKeyRepository for TestKeys {
    async fn active(
        &self,
        organization: &OrganizationId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        let row = self.select(|row| row.organization == *organization)?;
        if let Some(line) = &self.starting_line {
            line.wait().await;
        }
        Ok(row)
    }

    async fn find(
        &self,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        self.select(|row| row.organization == *organization && row.id == *id)
    }

    async fn insert_first(&self, key: WrappedDataKey) -> Result<WrappedDataKey, StorageError> {
        let mut rows = self.rows.lock().unwrap();
        if let Some(row) = rows.iter().find(|row| row.organization == key.organization) {
            return Ok(row.clone());
        }
        rows.push(key.clone());
        Ok(key)
    }

    async fn rewrap(
        &self,
        key: WrappedDataKey,
        expected: &MasterKeyId,
    ) -> Result<bool, StorageError> {
        let mut rows = self.rows.lock().unwrap();
        let row = rows
            .iter_mut()
            .find(|row| row.id == key.id && row.master_key == *expected);
        Ok(row.map(|row| *row = key).is_some())
    }

    async fn master_keys(&self) -> Result<Vec<KnownMasterKey>, StorageError> {
        self.select(|_| true)?;
        let mut known: Vec<KnownMasterKey> = self.withdrawn.lock().unwrap().clone();
        for row in self.rows.lock().unwrap().iter() {
            match known.iter_mut().find(|key| key.id == row.master_key) {
                Some(key) => key.data_keys += 1,
                None => known.push(KnownMasterKey {
                    id: row.master_key.clone(),
                    data_keys: 1,
                    oldest: Some(row.created_at),
                    withdrawn_at: None,
                }),
            }
        }
        Ok(known)
    }
}

/// A store over the given parts.
pub(crate) fn store(
    vault: &Arc<Vault>,
    keys: &Arc<TestKeys>,
    clock: &Arc<TestClock>,
) -> VaultStore {
    VaultStore::new(Arc::clone(vault), keys.clone(), clock.clone())
}
