use google_cloud_googleapis::{
    cloud::kms::v1::{
        GetCryptoKeyRequest, ProtectionLevel as WireLevel, crypto_key::CryptoKeyPurpose,
        crypto_key_version::CryptoKeyVersionState,
    },
    iam::v1::{TestIamPermissionsRequest, iam_policy_client::IamPolicyClient},
};

use super::{KeyManagement, LARGEST_ANSWER, failure, with_headers};
use crate::{KeyName, Operation, SecretManagerError, google::Attempt};

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyDetails {
    /// Whether it is a symmetric key that encrypts and decrypts: any other cannot wrap data keys.
    pub encrypts: bool,
    /// The state of its primary version, the one that encrypts; nothing when it has none.
    pub primary: Option<KeyState>,
    /// Where the primary version is kept.
    pub protection: ProtectionLevel,
}

/// Whether a version of a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Enabled,
    /// It does not, until somebody enables it.
    Disabled,
    /// It was destroyed, or will be when its waiting time is over.
    Destroyed,
    /// Not yet, or some state that is not known here.
    Other,
}

/// Where a key is kept (<https://cloud.google.com/kms/docs/protection-levels>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectionLevel {
    /// In software.
    Software,
    /// In a hardware module of Google's.
    Hardware,
    /// With another provider.
    External,
    /// Google does not say, or says something new.
    Unknown,
}

impl KeyManagement {
    /// What is known of a key. Needs `cloudkms.cryptoKeys.get`.
    pub async fn describe(&self, key: &KeyName) -> Result<KeyDetails, SecretManagerError> {
        let operation = Operation::DescribeKey;
        self.caller
            .call(operation, |Attempt { token, .. }| async move {
                let message = GetCryptoKeyRequest {
                    name: key.as_str().to_owned(),
                };
                let request = with_headers(message, &token, "name", key);
                let answer = self.client().get_crypto_key(request).await;
                let answer = answer
                    .map_err(|status| failure(&status, operation, key))?
                    .into_inner();
                let primary = answer.primary;
                Ok(KeyDetails {
                    encrypts: answer.purpose == CryptoKeyPurpose::EncryptDecrypt as i32,
                    protection: protection(primary.as_ref().map(|one| one.protection_level)),
                    primary: primary.map(|version| state(version.state)),
                })
            })
            .await
    }

    /// Which of these permissions the caller has on the key.
    pub async fn test_permissions(
        &self,
        key: &KeyName,
        permissions: &[&'static str],
    ) -> Result<Vec<&'static str>, SecretManagerError> {
        let operation = Operation::TestPermissions;
        self.caller
            .call(operation, |Attempt { token, .. }| async move {
                let message = TestIamPermissionsRequest {
                    resource: key.as_str().to_owned(),
                    permissions: permissions.iter().map(|one| (*one).to_owned()).collect(),
                };
                let request = with_headers(message, &token, "resource", key);
                let mut client = IamPolicyClient::new(self.channel.clone())
                    .max_decoding_message_size(LARGEST_ANSWER);
                let answer = client.test_iam_permissions(request).await;
                let granted = answer
                    .map_err(|status| failure(&status, operation, key))?
                    .into_inner()
                    .permissions;
                Ok(permissions
                    .iter()
                    .copied()
                    .filter(|permission| granted.iter().any(|other| other == permission))
                    .collect())
            })
            .await
    }
}

fn state(state: i32) -> KeyState {
    match CryptoKeyVersionState::try_from(state) {
        Ok(CryptoKeyVersionState::Enabled) => KeyState::Enabled,
        Ok(CryptoKeyVersionState::Disabled) => KeyState::Disabled,
        Ok(CryptoKeyVersionState::Destroyed | CryptoKeyVersionState::DestroyScheduled) => {
            KeyState::Destroyed
        }
        _ => KeyState::Other,
    }
}

fn protection(level: Option<i32>) -> ProtectionLevel {
    match level.map(WireLevel::try_from) {
        Some(Ok(WireLevel::Software)) => ProtectionLevel::Software,
        Some(Ok(WireLevel::Hsm)) => ProtectionLevel::Hardware,
        Some(Ok(WireLevel::External | WireLevel::ExternalVpc)) => ProtectionLevel::External,
        _ => ProtectionLevel::Unknown,
    }
}
