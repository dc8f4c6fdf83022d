/// A service of Google's, by the name under which it is enabled for a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Secret Manager.
    SecretManager,
    /// Cloud KMS.
    KeyManagement,
    /// Resource Manager: only to ask which permissions somebody has on the project.
    ResourceManager,
}

impl Service {
    /// As in `gcloud services enable …`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecretManager => "secretmanager.googleapis.com",
            Self::KeyManagement => "cloudkms.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
        }
    }
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SecretManager => "Secret Manager",
            Self::KeyManagement => "Cloud KMS",
            Self::ResourceManager => "Resource Manager",
        })
    }
}

/// A kind of call, with what it needs and what may be done about its failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Makes a secret without a version.
    CreateSecret,
    /// Adds a version to a secret.
    AddVersion,
    /// Reads the payload of a version.
    AccessVersion,
    /// Destroys the payload of a version for ever.
    DestroyVersion,
    /// Deletes a secret with all versions.
    DeleteSecret,
    /// Reads what is known of a secret.
    DescribeSecret,
    /// Reads what is known of a version.
    DescribeVersion,
    /// Lists secrets.
    ListSecrets,
    /// Lists the versions of a secret.
    ListVersions,
    /// Asks which permissions the caller has.
    TestPermissions,
    /// Encrypts under a key in Cloud KMS.
    Encrypt,
    /// Decrypts under a key in Cloud KMS.
    Decrypt,
    /// Reads what is known of a key.
    DescribeKey,
}

/// Which quota of Secret Manager a call counts against (<https://cloud.google.com/secret-manager/quotas>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quota {
    /// 600 a minute and project: whatever changes something.
    Write,
    /// 600 a minute and project: whatever changes nothing, but for reading payloads.
    Read,
    /// 90,000 a minute and project, or another service's: not paced here.
    Unpaced,
}

/// When a call that failed may be made again by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Twice does what once does.
    Always,
    /// Only after Google refused it, or never got it: twice would do two things.
    AfterRefusal,
}

impl Operation {
    /// The permission that Google checks (<https://cloud.google.com/iam/docs/roles-permissions/secretmanager>,
    /// <https://cloud.google.com/iam/docs/roles-permissions/cloudkms>). Asking for permissions needs none; what is named
    /// for it lets its caller see the resource.
    #[must_use]
    pub const fn permission(self) -> &'static str {
        match self {
            Self::CreateSecret => "secretmanager.secrets.create",
            Self::AddVersion => "secretmanager.versions.add",
            Self::AccessVersion => "secretmanager.versions.access",
            Self::DestroyVersion => "secretmanager.versions.destroy",
            Self::DeleteSecret => "secretmanager.secrets.delete",
            Self::DescribeSecret => "secretmanager.secrets.get",
            Self::DescribeVersion => "secretmanager.versions.get",
            Self::ListSecrets => "secretmanager.secrets.list",
            Self::ListVersions => "secretmanager.versions.list",
            Self::TestPermissions => "resourcemanager.projects.get",
            Self::Encrypt => "cloudkms.cryptoKeyVersions.useToEncrypt",
            Self::Decrypt => "cloudkms.cryptoKeyVersions.useToDecrypt",
            Self::DescribeKey => "cloudkms.cryptoKeys.get",
        }
    }

    /// The predefined role with the fewest other permissions that has this one. For making and deleting secrets that is
    /// the administrator's: a role of one's own is better there, see [`Use::gcloud_lines`](crate::Use::gcloud_lines).
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            Self::CreateSecret | Self::DeleteSecret => "roles/secretmanager.admin",
            Self::AddVersion => "roles/secretmanager.secretVersionAdder",
            Self::AccessVersion => "roles/secretmanager.secretAccessor",
            Self::DestroyVersion => "roles/secretmanager.secretVersionManager",
            Self::DescribeSecret
            | Self::DescribeVersion
            | Self::ListSecrets
            | Self::ListVersions => "roles/secretmanager.viewer",
            Self::TestPermissions => "roles/browser",
            Self::Encrypt => "roles/cloudkms.cryptoKeyEncrypter",
            Self::Decrypt => "roles/cloudkms.cryptoKeyDecrypter",
            Self::DescribeKey => "roles/cloudkms.viewer",
        }
    }

    pub(crate) const fn quota(self) -> Quota {
        match self {
            Self::CreateSecret | Self::AddVersion | Self::DestroyVersion | Self::DeleteSecret => {
                Quota::Write
            }
            Self::DescribeSecret
            | Self::DescribeVersion
            | Self::ListSecrets
            | Self::ListVersions
            | Self::TestPermissions => Quota::Read,
            Self::AccessVersion | Self::Encrypt | Self::Decrypt | Self::DescribeKey => {
                Quota::Unpaced
            }
        }
    }

    /// A version more is a version that nobody names, so adding one is not repeated unless it certainly did not happen.
    /// All else ends in the same state however often it is done.
    pub(crate) const fn repeat(self) -> Repeat {
        match self {
            Self::AddVersion => Repeat::AfterRefusal,
            _ => Repeat::Always,
        }
    }

    /// Whether it leaves something behind at Google, so that a lost answer leaves a doubt.
    pub(crate) const fn changes_something(self) -> bool {
        matches!(self.quota(), Quota::Write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_adding_a_version_is_not_repeatable() {
        use Operation as O;
        for operation in [
            O::CreateSecret,
            O::AccessVersion,
            O::DestroyVersion,
            O::DeleteSecret,
            O::DescribeSecret,
            O::DescribeVersion,
            O::ListSecrets,
            O::ListVersions,
            O::TestPermissions,
            O::Encrypt,
            O::Decrypt,
            O::DescribeKey,
        ] {
            assert_eq!(operation.repeat(), Repeat::Always, "{operation:?}");
        }
        assert_eq!(O::AddVersion.repeat(), Repeat::AfterRefusal);
    }
}
