//! Data keys under a master key in Cloud KMS, over the wire.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use fluxori_domain::{
    DataKeyId, MasterKeyId, OrganizationId, Plaintext, SecretContext, SecretText, StoredSecret,
    ports::{
        DataKeyRepository, KnownMasterKey, MasterKeyService, OutsideTrouble, SecretStore,
        SecretStoreError, StorageError, WrappedDataKey,
    },
};
use fluxori_secret_manager::{
    BearerToken, KeyManagement, KeyManagementSettings, KeyName, KmsMasterKey, RetrySettings,
    TokenError, TokenSource,
};
use fluxori_test_support::{
    clock::ManualClock,
    google::{Call, Code, FakeGoogle, Fault, FaultRule, KeyState, Order, Service},
};
use fluxori_vault::{Keyring, MasterKeySources, Vault, VaultStore};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

const ACCOUNT: &str = "vault@fluxori-test.iam.gserviceaccount.com";

/// Google with one key, and the service that a process has for it.
struct World {
    google: FakeGoogle,
    name: String,
}

impl World {
    fn new() -> Self {
        let google = FakeGoogle::start();
        let name = google.kms_key("europe-west1", "fluxori", "master");
        Self { google, name }
    }

    fn service(&self) -> Arc<KmsMasterKey> {
        self.service_of(&self.name)
    }

    fn service_of(&self, name: &str) -> Arc<KmsMasterKey> {
        let settings = KeyManagementSettings {
            endpoint: self.google.endpoints().kms_url.parse().unwrap(),
            retry: RetrySettings {
                deadline: Duration::from_secs(5),
                first_pause: Duration::from_millis(1),
                longest_pause: Duration::from_millis(2),
                ..RetrySettings::default()
            },
        };
        let token = SecretText::new(self.google.access_token(ACCOUNT));
        let tokens = OneToken(BearerToken::new(token, None).unwrap());
        let kms = KeyManagement::new(&settings, Arc::new(tokens)).unwrap();
        Arc::new(KmsMasterKey::new(KeyName::new(name).unwrap(), kms))
    }

    fn vault(&self) -> Arc<Vault> {
        vault_of(self.service(), vec![])
    }

    /// A new primary version; its number.
    fn rotate(&self) {
        let name = self.google.kms_key("europe-west1", "fluxori", "master");
        assert_eq!(name, self.name);
    }

    fn set(&self, version: u32, state: KeyState) {
        let order = Order::SetKeyState(self.name.clone(), version, state);
        self.google.operate(order);
    }
}

#[derive(Debug)]
struct OneToken(BearerToken);

#[async_trait]
impl TokenSource for OneToken {
    async fn token(&self) -> Result<BearerToken, TokenError> {
        Ok(self.0.clone())
    }

    fn reject(&self, _: &BearerToken) {}
}

fn vault_of(active: Arc<KmsMasterKey>, retired: Vec<Arc<dyn MasterKeyService>>) -> Arc<Vault> {
    let keyring = Keyring::from_sources(MasterKeySources {
        service: Some(active),
        services_retired: retired,
        ..MasterKeySources::default()
    });
    Arc::new(Vault::new(keyring.unwrap()))
}

fn organization(name: &str) -> OrganizationId {
    OrganizationId::new(name).unwrap()
}

async fn make_row(vault: &Vault) -> Result<WrappedDataKey, SecretStoreError> {
    vault
        .make_data_key(&organization("org-1"), DateTime::UNIX_EPOCH)
        .await
        .map(|(_, row)| row)
}

async fn open(vault: &Vault, row: &WrappedDataKey) -> Result<(), SecretStoreError> {
    vault
        .open_data_key(&row.organization, row)
        .await
        .map(|key| assert_eq!(*key.id(), row.id))
}

fn trouble_of<T: std::fmt::Debug>(result: Result<T, SecretStoreError>) -> OutsideTrouble {
    match result {
        Err(SecretStoreError::Outside { trouble, .. }) => trouble,
        other => panic!("another answer: {other:?}"),
    }
}

#[tokio::test]
async fn a_key_wrapped_at_google_opens_in_another_process() {
    let world = World::new();
    let row = make_row(&world.vault()).await.unwrap();
    assert!(row.wrapped.starts_with("fxk2."));
    open(&world.vault(), &row).await.unwrap();
    assert_eq!(world.google.count(Call::Encrypt), 1);
    assert_eq!(world.google.count(Call::Decrypt), 2, "proven, then opened");
}

#[tokio::test]
async fn the_service_gives_back_what_it_wrapped_where_it_is_bound_to() {
    let (world, plaintext) = (World::new(), Plaintext::new(vec![7; 32].into()));
    let service = world.service();
    let wrapped = service.wrap(&plaintext, b"here").await.unwrap();
    let opened = service.unwrap(&wrapped, b"here").await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "EXPOSE: a test key")]
    let opened = opened.expose_secret();
    assert_eq!(opened, [7; 32]);

    let mut changed = wrapped.clone();
    *changed.last_mut().unwrap() ^= 1;
    let other = world.google.kms_key("europe-west1", "fluxori", "other");
    for refused in [
        service.unwrap(&wrapped, b"there").await,
        service.unwrap(&wrapped, b"").await,
        service.unwrap(&changed, b"here").await,
        service.unwrap(&[], b"here").await,
        world.service_of(&other).unwrap(&wrapped, b"here").await,
    ] {
        assert!(matches!(refused, Err(SecretStoreError::DoesNotOpen)));
    }
}

#[tokio::test]
async fn a_key_wrapped_at_google_does_not_open_for_another_organization() {
    let world = World::new();
    let vault = world.vault();
    let row = make_row(&vault).await.unwrap();
    let moved = WrappedDataKey {
        organization: organization("org-2"),
        ..row
    };
    let opened = open(&vault, &moved).await;
    assert!(matches!(opened, Err(SecretStoreError::DoesNotOpen)));
}

#[tokio::test]
async fn a_new_version_of_the_key_wraps_and_the_older_ones_still_open() {
    let world = World::new();
    let vault = world.vault();
    let first = make_row(&vault).await.unwrap();
    world.rotate();
    let second = make_row(&vault).await.unwrap();
    assert_eq!(first.master_key, second.master_key);
    for row in [&first, &second] {
        open(&vault, row).await.unwrap();
    }

    world.set(1, KeyState::Disabled);
    assert_eq!(trouble_of(open(&vault, &first).await), OutsideTrouble::Key);
    open(&vault, &second).await.unwrap();
    world.set(1, KeyState::Enabled);
    open(&vault, &first).await.unwrap();
}

#[tokio::test]
async fn a_disabled_or_destroyed_key_neither_wraps_nor_opens() {
    let world = World::new();
    let vault = world.vault();
    let row = make_row(&vault).await.unwrap();
    for state in [KeyState::Disabled, KeyState::Destroyed] {
        world.set(1, state);
        let (made, opened) = (make_row(&vault).await, open(&vault, &row).await);
        assert_eq!(trouble_of(made), OutsideTrouble::Key);
        let error = opened.unwrap_err();
        assert!(!error.is_transient() && !error.is_gone(), "{error}");
        assert_eq!(trouble_of::<()>(Err(error)), OutsideTrouble::Key);
    }
}

#[tokio::test]
async fn each_way_to_be_refused_is_told_apart() {
    let world = World::new();
    let vault = world.vault();
    let row = make_row(&vault).await.unwrap();
    let permission = "cloudkms.cryptoKeyVersions.useToDecrypt";
    let revoke = Order::Revoke(ACCOUNT.to_owned(), permission.to_owned());
    world.google.operate(revoke);
    let error = open(&vault, &row).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains(permission), "{cause}");
    assert_eq!(trouble_of::<()>(Err(error)), OutsideTrouble::Denied);
    // Who may encrypt only would lose whatever is sealed under a new key.
    assert_eq!(trouble_of(make_row(&vault).await), OutsideTrouble::Denied);
    let grant = Order::Grant(ACCOUNT.to_owned(), permission.to_owned());
    world.google.operate(grant);

    let disable = Order::DisableService(Service::CloudKms);
    world.google.operate(disable);
    let opened = open(&vault, &row).await;
    assert_eq!(trouble_of(opened), OutsideTrouble::ApiDisabled);
    world
        .google
        .operate(Order::EnableService(Service::CloudKms));

    for (code, expected) in [
        (Code::ResourceExhausted, OutsideTrouble::Quota),
        (Code::Unavailable, OutsideTrouble::Unavailable),
        (Code::NotFound, OutsideTrouble::Key),
    ] {
        let rule = FaultRule::new(Fault::Refused(code)).at(Call::Decrypt);
        world.google.inject(rule);
        assert_eq!(trouble_of(open(&vault, &row).await), expected, "{code:?}");
        world.google.clear_faults();
    }
    open(&vault, &row).await.unwrap();
}

#[tokio::test]
async fn a_master_key_is_replaced_by_another_one_of_cloud_kms() {
    let world = World::new();
    let row = make_row(&world.vault()).await.unwrap();
    let other = world.google.kms_key("global", "fluxori", "other");
    let other = world.service_of(&other);
    let both = vault_of(Arc::clone(&other), vec![world.service()]);
    let rewrapped = both.rewrap(&row).await.unwrap().unwrap();
    assert_eq!(rewrapped.master_key, *other.id());
    open(&vault_of(other, vec![]), &rewrapped).await.unwrap();
}

#[tokio::test]
async fn a_store_bridges_five_minutes_without_cloud_kms() {
    let (world, keys, clock) = (
        World::new(),
        Arc::new(Keys::default()),
        Arc::new(ManualClock::at(0)),
    );
    let store = VaultStore::new(world.vault(), keys, clock.clone());
    let context = SecretContext {
        organization: organization("org-1"),
        credential: "018bcfe5-6800-7000-8000-000000000001".parse().unwrap(),
        marketplace: fluxori_domain::Marketplace::Takealot,
        generation: fluxori_domain::Generation::FIRST,
    };
    let plaintext = Plaintext::new(b"secret".to_vec().into());
    let stored: StoredSecret = store.put(&context, &plaintext, None).await.unwrap();
    let before = world.google.count_all();
    world
        .google
        .inject(FaultRule::new(Fault::Reset).at(Call::Decrypt));
    for _ in 0..10 {
        store.open(&context, &stored).await.unwrap();
    }
    assert_eq!(world.google.count_all(), before, "nobody was asked");
    clock.advance(TimeDelta::minutes(5));
    let error = store.open(&context, &stored).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert_eq!(trouble_of::<()>(Err(error)), OutsideTrouble::Unavailable);
    world.google.clear_faults();
    store.open(&context, &stored).await.unwrap();
}

/// Data keys in memory.
#[derive(Default)]
struct Keys(Mutex<Vec<WrappedDataKey>>);

#[async_trait]
impl DataKeyRepository for Keys {
    async fn active(
        &self,
        organization: &OrganizationId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        let rows = self.0.lock().await;
        let found = rows.iter().find(|row| row.organization == *organization);
        Ok(found.cloned())
    }

    async fn find(
        &self,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        let found = self.active(organization).await?;
        Ok(found.filter(|row| row.id == *id))
    }

    async fn insert_first(&self, key: WrappedDataKey) -> Result<WrappedDataKey, StorageError> {
        self.0.lock().await.push(key.clone());
        Ok(key)
    }

    async fn rewrap(&self, _: WrappedDataKey, _: &MasterKeyId) -> Result<bool, StorageError> {
        Ok(false)
    }

    async fn master_keys(&self) -> Result<Vec<KnownMasterKey>, StorageError> {
        Ok(Vec::new())
    }
}
