use super::{SecretDetails, SecretManager, VersionDetails, read::unexpected, wire};
use crate::{Labels, Operation, Resource, SecretId, SecretManagerError};

/// Bytes read of a page: 500 secrets with many labels and annotations.
const PAGE: usize = 16 * 1024 * 1024;

/// Where the next page begins. Means something to Google only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(Box<str>);

impl PageToken {
    /// A mark that was kept as text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The mark as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing at the end of a list.
    fn from_answer(token: String) -> Option<Self> {
        (!token.is_empty()).then(|| Self(token.into()))
    }
}

/// Some secrets, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretPage {
    /// The secrets. May be fewer than asked for, and none, although more pages follow.
    pub secrets: Vec<SecretDetails>,
    /// The next page.
    pub next: Option<PageToken>,
}

/// Some versions of a secret, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionPage {
    /// The versions, destroyed ones included.
    pub versions: Vec<VersionDetails>,
    /// The next page.
    pub next: Option<PageToken>,
}

impl SecretManager {
    /// Secrets that have all of these labels, newest first; all secrets of the project for no labels. Needs
    /// `secretmanager.secrets.list` on the project.
    pub async fn list(
        &self,
        labels: &Labels,
        page: Option<&PageToken>,
    ) -> Result<SecretPage, SecretManagerError> {
        let mut request = self.request(Operation::ListSecrets, Resource::Project);
        request.limit = PAGE;
        self.page_into(&mut request.url, page);
        if let Some(filter) = labels.filter() {
            request.url.query_pairs_mut().append_pair("filter", &filter);
        }
        self.rest
            .call(&request, |outcome, _| {
                let answer: wire::SecretList = outcome?.json(&Resource::Project)?;
                let secrets: Option<_> = answer
                    .secrets
                    .into_iter()
                    .map(SecretDetails::from_wire)
                    .collect();
                Ok(SecretPage {
                    secrets: secrets
                        .ok_or_else(|| unexpected(Resource::Project, "a name is not a secret's"))?,
                    next: PageToken::from_answer(answer.next_page_token),
                })
            })
            .await
    }

    /// Versions of a secret, newest first. Needs `secretmanager.versions.list`.
    pub async fn list_versions(
        &self,
        secret: &SecretId,
        page: Option<&PageToken>,
    ) -> Result<VersionPage, SecretManagerError> {
        let resource = Resource::Secret(secret.clone());
        let mut request = self.request(Operation::ListVersions, resource.clone());
        let path = format!("{}/versions", request.url.path());
        request.url.set_path(&path);
        request.limit = PAGE;
        self.page_into(&mut request.url, page);
        self.rest
            .call(&request, |outcome, _| {
                let answer: wire::VersionList = outcome?.json(&resource)?;
                let versions: Option<_> = answer
                    .versions
                    .iter()
                    .map(|version| VersionDetails::from_wire(version, secret))
                    .collect();
                Ok(VersionPage {
                    versions: versions.ok_or_else(|| {
                        unexpected(
                            resource.clone(),
                            "a name is not a version's, or its state is new",
                        )
                    })?,
                    next: PageToken::from_answer(answer.next_page_token),
                })
            })
            .await
    }

    fn page_into(&self, url: &mut url::Url, page: Option<&PageToken>) {
        let size = self.settings.page_size.to_string();
        let mut query = url.query_pairs_mut();
        query.append_pair("pageSize", &size);
        if let Some(PageToken(token)) = page {
            query.append_pair("pageToken", token);
        }
    }
}
