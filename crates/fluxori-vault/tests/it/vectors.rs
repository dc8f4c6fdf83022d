//! Values that were written once and must open for ever. Never change these files; add one for each new format.

use chrono::DateTime;
use fluxori_domain::{
    DataKeyId, Generation, MasterKeyId, SecretContext, SecretText, ports::WrappedDataKey,
};
use fluxori_vault::{DataKey, Keyring, Vault};
use serde::Deserialize;

use crate::{
    support::{at_once, bytes, organization},
    test_service::{TestService, service_vault},
};

#[derive(Deserialize)]
struct File<T> {
    vectors: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyVector {
    note: String,
    master_key_text: String,
    master_key_id: String,
    organization: String,
    data_key_id: String,
    wrapped: String,
}

/// Stands for a service that keeps the key: what is fixed is what we bind and how we write what it gave.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceVector {
    note: String,
    service_key: String,
    master_key_id: String,
    organization: String,
    data_key_id: String,
    wrapped: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ValueVector {
    data_key_id: String,
    organization: String,
    credential_id: String,
    marketplace: String,
    generation: i64,
    plaintext: String,
    sealed: String,
}

fn wrapped_vectors() -> Vec<KeyVector> {
    let file: File<KeyVector> = serde_json::from_str(include_str!("../vectors/fxk1.json")).unwrap();
    file.vectors
}

fn open_data_key(vector: &KeyVector) -> (Vault, DataKey) {
    let text = SecretText::copy_of(&vector.master_key_text);
    let vault = Vault::new(Keyring::parse(Some(&text), None).unwrap());
    let row = WrappedDataKey {
        id: DataKeyId::new(&vector.data_key_id).unwrap(),
        organization: organization(&vector.organization),
        master_key: MasterKeyId::new(&vector.master_key_id).unwrap(),
        wrapped: vector.wrapped.clone(),
        created_at: DateTime::UNIX_EPOCH,
    };
    let key = at_once(vault.open_data_key(&row.organization, &row));
    (vault, key.expect(&vector.note))
}

#[test]
fn every_wrapped_key_ever_written_still_opens() {
    let vectors = wrapped_vectors();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let (vault, key) = open_data_key(&vector);
        assert_eq!(vault.keyring().active_id().as_str(), vector.master_key_id);
        assert_eq!(key.id().as_str(), vector.data_key_id);
    }
}

#[tokio::test]
async fn every_key_ever_wrapped_by_a_service_still_opens() {
    let file: File<ServiceVector> =
        serde_json::from_str(include_str!("../vectors/fxk2.json")).unwrap();
    assert_eq!(file.vectors.len(), 3);
    for vector in file.vectors {
        let service_key = hex::decode(&vector.service_key).unwrap();
        let service = TestService::new(&vector.master_key_id, service_key.try_into().unwrap());
        let row = WrappedDataKey {
            id: DataKeyId::new(&vector.data_key_id).unwrap(),
            organization: organization(&vector.organization),
            master_key: MasterKeyId::new(&vector.master_key_id).unwrap(),
            wrapped: vector.wrapped,
            created_at: DateTime::UNIX_EPOCH,
        };
        let vault = service_vault(&[&service]);
        let opened = vault.open_data_key(&row.organization, &row).await;
        let key = opened.expect(&vector.note);
        assert_eq!(key.id().as_str(), vector.data_key_id);
    }
}

#[test]
fn every_sealed_value_ever_written_still_opens() {
    let keys: Vec<_> = wrapped_vectors().iter().map(open_data_key).collect();
    let file: File<ValueVector> =
        serde_json::from_str(include_str!("../vectors/fx1.json")).unwrap();
    assert_eq!(file.vectors.len(), 4);
    for vector in file.vectors {
        let (vault, key) = keys
            .iter()
            .find(|(_, key)| key.id().as_str() == vector.data_key_id)
            .unwrap();
        let context = SecretContext {
            organization: organization(&vector.organization),
            credential: vector.credential_id.parse().unwrap(),
            marketplace: vector.marketplace.parse().unwrap(),
            generation: Generation::from_stored(vector.generation).unwrap(),
        };
        let opened = vault.open(key, &context, &vector.sealed).unwrap();
        assert_eq!(bytes(&opened), vector.plaintext.as_bytes());
    }
}
