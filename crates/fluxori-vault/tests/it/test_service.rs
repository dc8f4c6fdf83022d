//! A service that keeps a master key, in memory. Counts its calls, and can be down, hold its answers back and lie.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use fluxori_domain::{
    MasterKeyId, Plaintext,
    ports::{MasterKeyService, OutsideTrouble, SecretStoreError},
};
use fluxori_vault::{Keyring, MasterKeySources, Vault};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

/// What the service does with the next calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    Good,
    /// It fails like this.
    Failing(OutsideTrouble),
    /// It wraps to this many bytes, which nothing unwraps.
    Garbage(usize),
    /// It unwraps to a key of this many bytes that nobody wrapped.
    Lying(usize),
}

/// AES-256-GCM under one key, as nonce, ciphertext and tag.
pub(crate) struct TestService {
    id: MasterKeyId,
    key: LessSafeKey,
    pub(crate) mood: Mutex<Mood>,
    pub(crate) wraps: AtomicUsize,
    pub(crate) unwraps: AtomicUsize,
    /// Every unwrapping takes one.
    pub(crate) answers: Semaphore,
}

impl TestService {
    pub(crate) fn new(id: &str, key: [u8; 32]) -> Arc<Self> {
        Arc::new(Self {
            id: MasterKeyId::new(id).unwrap(),
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap()),
            mood: Mutex::new(Mood::Good),
            wraps: AtomicUsize::new(0),
            unwraps: AtomicUsize::new(0),
            answers: Semaphore::new(Semaphore::MAX_PERMITS),
        })
    }

    /// One of several: each has a key and a name of its own.
    pub(crate) fn numbered(number: u8) -> Arc<Self> {
        Self::new(&format!("{number:016x}"), [number; 32])
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(crate) fn calls(&self) -> (usize, usize) {
        (
            self.wraps.load(Ordering::SeqCst),
            self.unwraps.load(Ordering::SeqCst),
        )
    }

    /// From now on an unwrapping waits for [`TestService::answer`].
    pub(crate) fn hold_back(&self) {
        self.answers.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn answer(&self, count: usize) {
        self.answers.add_permits(count);
    }

    fn mood(&self) -> Result<Mood, SecretStoreError> {
        match *self.mood.lock().unwrap() {
            Mood::Failing(trouble) => Err(SecretStoreError::Outside {
                trouble,
                retry_after: Some(std::time::Duration::from_secs(3)),
                cause: "the service is down".into(),
            }),
            mood => Ok(mood),
        }
    }
}

#[async_trait]
impl MasterKeyService for TestService {
    fn id(&self) -> &MasterKeyId {
        &self.id
    }

    fn name(&self) -> &'static str {
        "a key in memory"
    }

    async fn wrap(&self, key: &Plaintext, aad: &[u8]) -> Result<Vec<u8>, SecretStoreError> {
        self.wraps.fetch_add(1, Ordering::SeqCst);
        if let Mood::Garbage(length) = self.mood()? {
            return Ok(vec![7; length]);
        }
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).unwrap();
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: a double of the service that wraps it"
        )]
        let mut buffer = key.expose_secret().to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                &mut buffer,
            )
            .unwrap();
        Ok([&nonce[..], &buffer].concat())
    }

    async fn unwrap(&self, wrapped: &[u8], aad: &[u8]) -> Result<Plaintext, SecretStoreError> {
        self.unwraps.fetch_add(1, Ordering::SeqCst);
        self.answers.acquire().await.unwrap().forget();
        if let Mood::Lying(length) = self.mood()? {
            return Ok(Plaintext::new(vec![9; length].into()));
        }
        let (nonce, body) = wrapped
            .split_first_chunk()
            .ok_or(SecretStoreError::DoesNotOpen)?;
        let mut buffer = body.to_vec();
        let key = self
            .key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(aad),
                &mut buffer,
            )
            .map_err(|_| SecretStoreError::DoesNotOpen)?;
        Ok(Plaintext::new(key.to_vec().into()))
    }
}

/// A vault whose active master key is the first service; the others are retired.
pub(crate) fn service_vault(services: &[&Arc<TestService>]) -> Arc<Vault> {
    let mut services = services
        .iter()
        .map(|service| Arc::clone(service) as Arc<dyn MasterKeyService>);
    let keyring = Keyring::from_sources(MasterKeySources {
        service: services.next(),
        services_retired: services.collect(),
        ..MasterKeySources::default()
    });
    Arc::new(Vault::new(keyring.unwrap()))
}
