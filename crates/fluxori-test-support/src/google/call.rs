//! The calls that are known, and what each needs.

/// A call that a test counts, fails or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `projects.secrets.create`.
    CreateSecret,
    /// `projects.secrets.get`.
    GetSecret,
    /// `projects.secrets.list`.
    ListSecrets,
    /// `projects.secrets.patch`.
    UpdateSecret,
    /// `projects.secrets.delete`.
    DeleteSecret,
    /// `projects.secrets.testIamPermissions`.
    TestSecretPermissions,
    /// `projects.secrets.addVersion`.
    AddSecretVersion,
    /// `projects.secrets.versions.get`.
    GetSecretVersion,
    /// `projects.secrets.versions.list`.
    ListSecretVersions,
    /// `projects.secrets.versions.access`.
    AccessSecretVersion,
    /// `projects.secrets.versions.enable`.
    EnableSecretVersion,
    /// `projects.secrets.versions.disable`.
    DisableSecretVersion,
    /// `projects.secrets.versions.destroy`.
    DestroySecretVersion,
    /// `KeyManagementService.Encrypt`.
    Encrypt,
    /// `KeyManagementService.Decrypt`.
    Decrypt,
    /// `KeyManagementService.GetCryptoKey`.
    GetCryptoKey,
    /// `IAMPolicy.TestIamPermissions` of Cloud KMS.
    TestKeyPermissions,
    /// `projects.get` of the Resource Manager.
    GetProject,
    /// `projects.testIamPermissions` of the Resource Manager.
    TestProjectPermissions,
    /// `services.get` of Service Usage.
    GetService,
    /// The token endpoint.
    Token,
    /// A token from the metadata server.
    MetadataToken,
    /// Anything else from the metadata server.
    Metadata,
    /// An address that does not exist.
    Unknown,
}

/// What a call uses up: <https://cloud.google.com/secret-manager/quotas>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quota {
    /// `versions.access`.
    Access,
    /// All else that changes nothing.
    Read,
    /// What changes something.
    Write,
}

/// An API that is enabled in a project, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// `secretmanager.googleapis.com`.
    SecretManager,
    /// `cloudkms.googleapis.com`.
    CloudKms,
    /// `cloudresourcemanager.googleapis.com`.
    ResourceManager,
    /// `serviceusage.googleapis.com`.
    ServiceUsage,
}

impl Service {
    pub(super) const ALL: [Self; 4] = [
        Self::SecretManager,
        Self::CloudKms,
        Self::ResourceManager,
        Self::ServiceUsage,
    ];

    /// The name by which it is enabled.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecretManager => "secretmanager.googleapis.com",
            Self::CloudKms => "cloudkms.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
            Self::ServiceUsage => "serviceusage.googleapis.com",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::SecretManager => "Secret Manager API",
            Self::CloudKms => "Cloud Key Management Service (KMS) API",
            Self::ResourceManager => "Cloud Resource Manager API",
            Self::ServiceUsage => "Service Usage API",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl Call {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::CreateSecret,
        Self::GetSecret,
        Self::ListSecrets,
        Self::UpdateSecret,
        Self::DeleteSecret,
        Self::TestSecretPermissions,
        Self::AddSecretVersion,
        Self::GetSecretVersion,
        Self::ListSecretVersions,
        Self::AccessSecretVersion,
        Self::EnableSecretVersion,
        Self::DisableSecretVersion,
        Self::DestroySecretVersion,
        Self::Encrypt,
        Self::Decrypt,
        Self::GetCryptoKey,
        Self::TestKeyPermissions,
        Self::GetProject,
        Self::TestProjectPermissions,
        Self::GetService,
        Self::Token,
        Self::MetadataToken,
        Self::Metadata,
        Self::Unknown,
    ];

    /// By what name other processes order it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreateSecret => "create_secret",
            Self::GetSecret => "get_secret",
            Self::ListSecrets => "list_secrets",
            Self::UpdateSecret => "update_secret",
            Self::DeleteSecret => "delete_secret",
            Self::TestSecretPermissions => "test_secret_permissions",
            Self::AddSecretVersion => "add_secret_version",
            Self::GetSecretVersion => "get_secret_version",
            Self::ListSecretVersions => "list_secret_versions",
            Self::AccessSecretVersion => "access_secret_version",
            Self::EnableSecretVersion => "enable_secret_version",
            Self::DisableSecretVersion => "disable_secret_version",
            Self::DestroySecretVersion => "destroy_secret_version",
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::GetCryptoKey => "get_crypto_key",
            Self::TestKeyPermissions => "test_key_permissions",
            Self::GetProject => "get_project",
            Self::TestProjectPermissions => "test_project_permissions",
            Self::GetService => "get_service",
            Self::Token => "token",
            Self::MetadataToken => "metadata_token",
            Self::Metadata => "metadata",
            Self::Unknown => "unknown",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.name() == name)
    }

    /// The API that it belongs to, where it wants an access token.
    pub(super) const fn service(self) -> Option<Service> {
        Some(match self {
            Self::Encrypt | Self::Decrypt | Self::GetCryptoKey | Self::TestKeyPermissions => {
                Service::CloudKms
            }
            Self::GetProject | Self::TestProjectPermissions => Service::ResourceManager,
            Self::GetService => Service::ServiceUsage,
            Self::Token | Self::MetadataToken | Self::Metadata | Self::Unknown => return None,
            _ => Service::SecretManager,
        })
    }

    /// The permission that it needs: <https://cloud.google.com/secret-manager/docs/access-control> and
    /// <https://cloud.google.com/kms/docs/reference/permissions-and-roles>. Asking for permissions needs none.
    #[must_use]
    pub const fn permission(self) -> Option<&'static str> {
        Some(match self {
            Self::CreateSecret => "secretmanager.secrets.create",
            Self::GetSecret => "secretmanager.secrets.get",
            Self::ListSecrets => "secretmanager.secrets.list",
            Self::UpdateSecret => "secretmanager.secrets.update",
            Self::DeleteSecret => "secretmanager.secrets.delete",
            Self::AddSecretVersion => "secretmanager.versions.add",
            Self::GetSecretVersion => "secretmanager.versions.get",
            Self::ListSecretVersions => "secretmanager.versions.list",
            Self::AccessSecretVersion => "secretmanager.versions.access",
            Self::EnableSecretVersion => "secretmanager.versions.enable",
            Self::DisableSecretVersion => "secretmanager.versions.disable",
            Self::DestroySecretVersion => "secretmanager.versions.destroy",
            Self::Encrypt => "cloudkms.cryptoKeyVersions.useToEncrypt",
            Self::Decrypt => "cloudkms.cryptoKeyVersions.useToDecrypt",
            Self::GetCryptoKey => "cloudkms.cryptoKeys.get",
            Self::GetProject => "resourcemanager.projects.get",
            Self::GetService => "serviceusage.services.get",
            _ => return None,
        })
    }

    /// What it uses up, where the fake limits that.
    pub(super) fn quota(self) -> Option<Quota> {
        if self.service() != Some(Service::SecretManager) {
            return None;
        }
        Some(match self {
            Self::AccessSecretVersion => Quota::Access,
            Self::GetSecret
            | Self::ListSecrets
            | Self::TestSecretPermissions
            | Self::GetSecretVersion
            | Self::ListSecretVersions => Quota::Read,
            _ => Quota::Write,
        })
    }

    /// The method as `ErrorInfo` names it.
    pub(super) fn rpc(self) -> String {
        let interface = match self.service() {
            Some(Service::SecretManager) => "google.cloud.secretmanager.v1.SecretManagerService",
            Some(Service::CloudKms) if self == Self::TestKeyPermissions => {
                "google.iam.v1.IAMPolicy"
            }
            Some(Service::CloudKms) => "google.cloud.kms.v1.KeyManagementService",
            Some(Service::ResourceManager) => "google.cloud.resourcemanager.v3.Projects",
            Some(Service::ServiceUsage) => "google.api.serviceusage.v1.ServiceUsage",
            None => "",
        };
        match self {
            Self::TestSecretPermissions
            | Self::TestKeyPermissions
            | Self::TestProjectPermissions => format!("{interface}.TestIamPermissions"),
            _ => format!("{interface}.{self:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_found_by_its_name() {
        for call in Call::ALL {
            assert_eq!(Call::of_name(call.name()), Some(call));
        }
    }
}
