//! Cloud KMS: `google/cloud/kms/v1/service.proto`, and `google/iam/v1/iam_policy.proto` for its keys.

use google_cloud_googleapis::{
    cloud::kms::v1::{
        CryptoKey, CryptoKeyVersion, CryptoKeyVersionTemplate, DecryptRequest, DecryptResponse,
        EncryptRequest, EncryptResponse, GetCryptoKeyRequest,
    },
    iam::v1::{TestIamPermissionsRequest, TestIamPermissionsResponse},
};
use hyper::body::Bytes;

use super::frame::{decode, encode};
use crate::google::{
    call::Call,
    crc32c::crc32c,
    kms::{KeyName, verify},
    state::State,
    status::Status,
};

/// `CryptoKeyPurpose.ENCRYPT_DECRYPT`, `ProtectionLevel.SOFTWARE`, `GOOGLE_SYMMETRIC_ENCRYPTION`: all are 1.
const ONE: i32 = 1;

/// The key that a message names.
pub(super) fn subject(call: Call, message: &Bytes) -> String {
    let name = match call {
        Call::Encrypt => decode::<EncryptRequest>(message).map(|one| one.name),
        Call::Decrypt => decode::<DecryptRequest>(message).map(|one| one.name),
        Call::GetCryptoKey => decode::<GetCryptoKeyRequest>(message).map(|one| one.name),
        _ => decode::<TestIamPermissionsRequest>(message).map(|one| one.resource),
    };
    name.unwrap_or_default()
}

pub(super) fn answer(
    state: &State,
    call: Call,
    bearer: Option<&str>,
    message: &Bytes,
) -> Result<Vec<u8>, Status> {
    let subject = subject(call, message);
    state.note(bearer, call, subject.clone(), |caller| {
        let name = KeyName::parse(&subject)?;
        let is_mine = state.is_mine(&name.project);
        state.permit(caller, call, is_mine, &subject)?;
        match call {
            Call::Encrypt => encrypt(state, &name, &decode(message)?),
            Call::Decrypt => decrypt(state, &name, &decode(message)?),
            Call::GetCryptoKey => get(state, &name),
            _ => {
                let request: TestIamPermissionsRequest = decode(message)?;
                let exists = is_mine && state.keys().has(&name.key);
                let accounts = state.accounts();
                let may = |one: &String| exists && accounts.may(caller, one);
                Ok(encode(&TestIamPermissionsResponse {
                    permissions: request.permissions.into_iter().filter(may).collect(),
                }))
            }
        }
    })
}

fn encrypt(state: &State, name: &KeyName, request: &EncryptRequest) -> Result<Vec<u8>, Status> {
    let aad = &request.additional_authenticated_data;
    let checked = verify("plaintext", &request.plaintext, request.plaintext_crc32c)?;
    let aad_checksum = request.additional_authenticated_data_crc32c;
    let aad_checked = verify("additional_authenticated_data", aad, aad_checksum)?;
    let mut keys = state.keys();
    let sealed = keys.encrypt(name, &request.plaintext, aad)?;
    let key = keys.full_name(&name.key);
    Ok(encode(&EncryptResponse {
        name: format!("{key}/cryptoKeyVersions/{}", sealed.version),
        ciphertext_crc32c: Some(i64::from(crc32c(&sealed.ciphertext))),
        ciphertext: sealed.ciphertext,
        verified_plaintext_crc32c: checked,
        verified_additional_authenticated_data_crc32c: aad_checked,
        protection_level: ONE,
    }))
}

fn decrypt(state: &State, name: &KeyName, request: &DecryptRequest) -> Result<Vec<u8>, Status> {
    let aad = &request.additional_authenticated_data;
    verify("ciphertext", &request.ciphertext, request.ciphertext_crc32c)?;
    let aad_checksum = request.additional_authenticated_data_crc32c;
    verify("additional_authenticated_data", aad, aad_checksum)?;
    let (plaintext, used_primary) = state.keys().decrypt(name, &request.ciphertext, aad)?;
    Ok(encode(&DecryptResponse {
        plaintext_crc32c: Some(i64::from(crc32c(&plaintext))),
        plaintext,
        used_primary,
        protection_level: ONE,
    }))
}

fn get(state: &State, name: &KeyName) -> Result<Vec<u8>, Status> {
    let keys = state.keys();
    let primary = keys.primary(&name.key)?;
    let key = keys.full_name(&name.key);
    let mut version = CryptoKeyVersion {
        name: format!("{key}/cryptoKeyVersions/{}", primary.number),
        state: primary.state.number(),
        protection_level: ONE,
        algorithm: ONE,
        ..CryptoKeyVersion::default()
    };
    version.create_time.get_or_insert_default().seconds = primary.created_at.timestamp();
    Ok(encode(&CryptoKey {
        primary: Some(version),
        name: key,
        purpose: ONE,
        version_template: Some(CryptoKeyVersionTemplate {
            protection_level: ONE,
            algorithm: ONE,
        }),
        ..CryptoKey::default()
    }))
}
