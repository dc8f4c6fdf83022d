use super::rules;
use crate::google::status::Status;

/// The name of a secret as a caller writes it: the project by its id or by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) struct SecretName {
    pub(in crate::google) project: String,
    pub(in crate::google) secret: String,
}

/// The name of a version as a caller writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) struct VersionName {
    pub(in crate::google) parent: SecretName,
    /// A number, or `latest`.
    pub(in crate::google) version: String,
}

/// Which version is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::google) enum Wanted {
    Latest,
    Number(u64),
}

impl SecretName {
    /// Of `projects/*/secrets/*`.
    pub(in crate::google) fn parse(name: &str) -> Option<Self> {
        match name.split('/').collect::<Vec<_>>()[..] {
            ["projects", project, "secrets", secret] if !project.is_empty() => Some(Self {
                project: project.to_owned(),
                secret: secret.to_owned(),
            }),
            _ => None,
        }
    }

    pub(in crate::google) fn text(&self) -> String {
        format!("projects/{}/secrets/{}", self.project, self.secret)
    }

    pub(in crate::google) fn check(&self) -> Result<(), Status> {
        if rules::is_secret_id(&self.secret) {
            return Ok(());
        }
        let name = self.text();
        Err(Status::invalid(format!(
            "Resource ID [{name}] is not in a valid format."
        )))
    }
}

impl VersionName {
    /// Of `projects/*/secrets/*/versions/*`.
    pub(in crate::google) fn parse(name: &str) -> Option<Self> {
        let (parent, version) = name.rsplit_once("/versions/")?;
        Some(Self {
            parent: SecretName::parse(parent)?,
            version: version.to_owned(),
        })
    }

    pub(in crate::google) fn text(&self) -> String {
        format!("{}/versions/{}", self.parent.text(), self.version)
    }

    pub(in crate::google) fn check(&self) -> Result<Wanted, Status> {
        self.parent.check()?;
        if self.version == "latest" {
            return Ok(Wanted::Latest);
        }
        rules::version_number(&self.version)
            .map(Wanted::Number)
            .ok_or_else(|| {
                let name = self.text();
                Status::invalid(format!("Resource ID [{name}] is not in a valid format."))
            })
    }
}
