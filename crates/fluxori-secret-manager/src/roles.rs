use crate::{KeyName, Operation, ProjectId};

/// Who talks to Google, and so what somebody has to be allowed. Separate identities for separate uses: an adapter that is
/// broken into can then destroy nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// The server: makes secrets, writes and reads versions, destroys and deletes. It lists the versions of a secret to find what
    /// an interrupted write left there, and never the secrets.
    Server,
    /// An adapter: reads versions, and adds one when it refreshes a token.
    Adapter,
    /// The reconciler: lists what is there, destroys strays. Reads no payload.
    Reconciler,
    /// Whoever wraps and unwraps data keys in Cloud KMS.
    KeyUser,
}

/// On what a permission is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// On the project: what concerns secrets that do not exist yet, and all of them together.
    Project,
    /// On a secret. A role on the project has it for all secrets.
    Secret,
    /// On a key in Cloud KMS.
    Key,
}

/// One permission that a use needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The kind of call that needs it.
    pub operation: Operation,
    /// On what it is checked.
    pub level: Level,
    /// The permission.
    pub permission: &'static str,
    /// A predefined role that has it.
    pub role: &'static str,
}

impl Use {
    /// Every use.
    pub const ALL: [Self; 4] = [Self::Server, Self::Adapter, Self::Reconciler, Self::KeyUser];

    const fn operations(self) -> &'static [Operation] {
        use Operation as O;
        match self {
            Self::Server => &[
                O::CreateSecret,
                O::DeleteSecret,
                O::DescribeSecret,
                O::AddVersion,
                O::AccessVersion,
                O::DescribeVersion,
                O::ListVersions,
                O::DestroyVersion,
            ],
            Self::Adapter => &[O::AddVersion, O::AccessVersion],
            Self::Reconciler => &[
                O::ListSecrets,
                O::DescribeSecret,
                O::DeleteSecret,
                O::ListVersions,
                O::DescribeVersion,
                O::DestroyVersion,
            ],
            Self::KeyUser => &[O::Encrypt, O::Decrypt, O::DescribeKey],
        }
    }

    /// The permissions that it needs, and no others.
    pub fn grants(self) -> impl Iterator<Item = Grant> {
        self.operations().iter().map(|operation| Grant {
            operation: *operation,
            level: level(*operation),
            permission: operation.permission(),
            role: operation.role(),
        })
    }

    /// The commands that allow `member` (`serviceAccount:…`) this use of Secret Manager, by predefined roles where these
    /// have little more than is needed, and otherwise by a role of the project's own. Nothing for [`Use::KeyUser`].
    #[must_use]
    pub fn gcloud_lines(self, project: &ProjectId, member: &str) -> Vec<String> {
        let bind = |role: &str| {
            format!(
                "gcloud projects add-iam-policy-binding {project} --member={} --role={role} --condition=None",
                quoted(member)
            )
        };
        let own = |id: &str, title: &str| {
            let permissions: Vec<&str> = self.grants().map(|grant| grant.permission).collect();
            vec![
                format!(
                    "gcloud iam roles create {id} --project={project} --title={} --permissions={}",
                    quoted(title),
                    permissions.join(",")
                ),
                bind(&format!("projects/{project}/roles/{id}")),
            ]
        };
        match self {
            Self::Server => own("fluxoriServer", "Fluxori server"),
            Self::Adapter => vec![
                bind(Operation::AccessVersion.role()),
                bind(Operation::AddVersion.role()),
            ],
            Self::Reconciler => own("fluxoriReconciler", "Fluxori reconciler"),
            Self::KeyUser => Vec::new(),
        }
    }

    /// The commands that allow `member` to wrap and unwrap under `key`, and to look at it.
    #[must_use]
    pub fn key_gcloud_lines(key: &KeyName, member: &str) -> Vec<String> {
        [
            "roles/cloudkms.cryptoKeyEncrypterDecrypter",
            Operation::DescribeKey.role(),
        ]
        .iter()
        .map(|role| {
            format!(
                "gcloud kms keys add-iam-policy-binding {key} --member={} --role={role}",
                quoted(member)
            )
        })
        .collect()
    }
}

const fn level(operation: Operation) -> Level {
    match operation {
        Operation::CreateSecret | Operation::ListSecrets | Operation::TestPermissions => {
            Level::Project
        }
        Operation::Encrypt | Operation::Decrypt | Operation::DescribeKey => Level::Key,
        _ => Level::Secret,
    }
}

/// For a POSIX shell: members come from the configuration.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(of: Use) -> Vec<&'static str> {
        of.grants().map(|grant| grant.permission).collect()
    }

    #[test]
    fn each_use_is_allowed_what_it_needs_and_no_more() {
        assert_eq!(
            permissions(Use::Adapter),
            [
                "secretmanager.versions.add",
                "secretmanager.versions.access"
            ]
        );
        let server = permissions(Use::Server);
        assert!(server.contains(&"secretmanager.secrets.create"));
        assert!(!server.iter().any(|one| one.ends_with("setIamPolicy")));
        let reconciler = permissions(Use::Reconciler);
        assert!(!reconciler.contains(&"secretmanager.versions.access"));
        let key_user = permissions(Use::KeyUser);
        assert!(key_user.iter().all(|one| one.starts_with("cloudkms.")));
    }

    #[test]
    fn commands_name_the_project_the_member_and_the_permissions() {
        let project = ProjectId::new("my-project").unwrap();
        let lines = Use::Server.gcloud_lines(&project, "serviceAccount:a@b.example");
        assert_eq!(
            lines,
            [
                "gcloud iam roles create fluxoriServer --project=my-project --title='Fluxori server' \
                 --permissions=secretmanager.secrets.create,secretmanager.secrets.delete,\
                 secretmanager.secrets.get,secretmanager.versions.add,secretmanager.versions.access,\
                 secretmanager.versions.get,secretmanager.versions.list,secretmanager.versions.destroy",
                "gcloud projects add-iam-policy-binding my-project \
                 --member='serviceAccount:a@b.example' \
                 --role=projects/my-project/roles/fluxoriServer --condition=None",
            ]
        );
        assert_eq!(Use::Adapter.gcloud_lines(&project, "m").len(), 2);
        assert_eq!(Use::Reconciler.gcloud_lines(&project, "m").len(), 2);
        assert!(Use::KeyUser.gcloud_lines(&project, "m").is_empty());
    }

    #[test]
    fn commands_for_a_key_name_it_in_full() {
        let name = "projects/my-project/locations/global/keyRings/r/cryptoKeys/k";
        let lines = Use::key_gcloud_lines(&KeyName::new(name).unwrap(), "a'b");
        assert_eq!(
            lines[0],
            format!(
                r"gcloud kms keys add-iam-policy-binding {name} --member='a'\''b' --role=roles/cloudkms.cryptoKeyEncrypterDecrypter"
            )
        );
        assert_eq!(lines.len(), 2);
    }
}
