use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use chrono::DateTime;
use fluxori_domain::{
    DataKeyId, MasterKeyId, OrganizationId, Plaintext, SecretText,
    ports::{MasterKeyService, SecretStoreError, WrappedDataKey},
};
use fluxori_vault::{DataKey, Keyring, MasterKeySources, Vault};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::Deserialize;

use crate::sites::at_once;

/// Keys that were wrapped by a master key of ours, and by a service, and must open for ever.
static KEYS: LazyLock<Vec<(Arc<Vault>, WrappedDataKey)>> = LazyLock::new(|| {
    let local: File =
        serde_json::from_str(include_str!("../../fluxori-vault/tests/vectors/fxk1.json"))
            .expect("the vectors are JSON");
    let served: File =
        serde_json::from_str(include_str!("../../fluxori-vault/tests/vectors/fxk2.json"))
            .expect("the vectors are JSON");
    local
        .vectors
        .into_iter()
        .chain(served.vectors)
        .map(|vector| (Arc::new(Vault::new(vector.keyring())), vector.row()))
        .collect()
});

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    master_key_text: Option<String>,
    service_key: Option<String>,
    master_key_id: String,
    organization: String,
    data_key_id: String,
    wrapped: String,
}

/// Wrapped data keys, in every form ever written: only what was wrapped opens, for whom it was wrapped. The same text as
/// a master key: refused without being repeated, or always the same key.
pub fn wrapped_key(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    for (vault, row) in KEYS.iter() {
        let changed = WrappedDataKey {
            wrapped: text.to_owned(),
            ..row.clone()
        };
        match at_once(vault.open_data_key(&row.organization, &changed)) {
            Ok(key) => {
                assert_eq!(
                    text, row.wrapped,
                    "something else than what was wrapped opens"
                );
                assert_eq!(*key.id(), row.id);
            }
            Err(error) => {
                assert!(matches!(error, SecretStoreError::DoesNotOpen), "{error}");
                assert_ne!(text, row.wrapped, "what was wrapped does not open");
            }
        }
    }
    master_key(text);
}

/// The key of this name, of those that a local master key wraps, with a vault that opens it.
pub(crate) fn key_named(name: &str) -> (Vault, DataKey) {
    let local: File =
        serde_json::from_str(include_str!("../../fluxori-vault/tests/vectors/fxk1.json"))
            .expect("the vectors are JSON");
    let vector = local
        .vectors
        .into_iter()
        .find(|vector| vector.data_key_id == name)
        .expect("values are sealed under keys that are among the vectors");
    let vault = Vault::new(vector.keyring());
    let row = vector.row();
    let key = at_once(vault.open_data_key(&row.organization, &row)).expect("vectors open");
    (vault, key)
}

fn master_key(text: &str) {
    let (active, retired) = text.split_once('\n').unwrap_or((text, ""));
    let parse = || {
        Keyring::parse(
            Some(&SecretText::copy_of(active)),
            Some(&SecretText::copy_of(retired)),
        )
    };
    match parse() {
        Ok(keyring) => {
            let again = parse().expect("it was good a moment ago");
            assert_eq!(keyring.active_id(), again.active_id());
            crate::silence::assert_silent(&format!("{keyring:?}"));
        }
        Err(error) => crate::silence::assert_silent_error(&error),
    }
}

impl Vector {
    fn keyring(&self) -> Keyring {
        let local = self.master_key_text.as_deref().map(SecretText::copy_of);
        let service = self.service_key.as_deref().map(|key| {
            Arc::new(Service::new(&self.master_key_id, key)) as Arc<dyn MasterKeyService>
        });
        Keyring::from_sources(MasterKeySources {
            local: local.as_ref(),
            service,
            ..MasterKeySources::default()
        })
        .expect("vectors have master keys")
    }

    fn row(self) -> WrappedDataKey {
        WrappedDataKey {
            id: DataKeyId::new(&self.data_key_id).expect("vectors name data keys"),
            organization: OrganizationId::new(self.organization).expect("and organizations"),
            master_key: MasterKeyId::new(&self.master_key_id).expect("and master keys"),
            wrapped: self.wrapped,
            created_at: DateTime::UNIX_EPOCH,
        }
    }
}

/// A service that keeps a master key, as the vectors describe it: nonce, ciphertext, tag.
struct Service {
    id: MasterKeyId,
    key: LessSafeKey,
}

impl Service {
    fn new(id: &str, key: &str) -> Self {
        let key = hex::decode(key).expect("vectors write keys in hexadecimal");
        Self {
            id: MasterKeyId::new(id).expect("vectors name master keys"),
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("32 bytes")),
        }
    }
}

#[async_trait]
impl MasterKeyService for Service {
    fn id(&self) -> &MasterKeyId {
        &self.id
    }

    fn name(&self) -> &'static str {
        "a key in memory"
    }

    async fn wrap(&self, _: &Plaintext, _: &[u8]) -> Result<Vec<u8>, SecretStoreError> {
        Err(SecretStoreError::DoesNotOpen)
    }

    async fn unwrap(&self, wrapped: &[u8], aad: &[u8]) -> Result<Plaintext, SecretStoreError> {
        let (nonce, body) = wrapped
            .split_first_chunk::<NONCE_LEN>()
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
