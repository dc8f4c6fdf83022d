use serde_json::json;
use zeroize::Zeroizing;

use super::{SMALL_ANSWER, SecretManager, wire};
use crate::{
    Operation, Resource, SecretId, SecretManagerError,
    google::{Request, Rest},
};

impl SecretManager {
    /// Which of these permissions the caller has on a secret. None on one that does not exist, as Google says:
    /// `TestIamPermissions` in `google/cloud/secretmanager/v1/service.proto`.
    pub async fn test_permissions(
        &self,
        secret: &SecretId,
        permissions: &[&'static str],
    ) -> Result<Vec<&'static str>, SecretManagerError> {
        let resource = Resource::Secret(secret.clone());
        let request = self
            .request(Operation::TestPermissions, resource)
            .verb("testIamPermissions", question(permissions));
        ask(&self.rest, &request, permissions).await
    }

    /// Which of these permissions the caller has on the whole project, as Resource Manager says; that API has to be
    /// enabled too (<https://cloud.google.com/resource-manager/reference/rest/v1/projects/testIamPermissions>).
    pub async fn test_project_permissions(
        &self,
        permissions: &[&'static str],
    ) -> Result<Vec<&'static str>, SecretManagerError> {
        let project = &self.settings.project;
        let path = format!("/v1/projects/{project}:testIamPermissions");
        let request = Request {
            operation: Operation::TestPermissions,
            resource: Resource::Project,
            method: reqwest::Method::POST,
            url: self.settings.resource_manager.join(&path),
            body: Some(question(permissions)),
            limit: SMALL_ANSWER,
        };
        ask(&self.projects, &request, permissions).await
    }
}

fn question(permissions: &[&str]) -> Zeroizing<Vec<u8>> {
    let body = json!({ "permissions": permissions });
    Zeroizing::new(body.to_string().into_bytes())
}

async fn ask(
    rest: &Rest,
    request: &Request,
    permissions: &[&'static str],
) -> Result<Vec<&'static str>, SecretManagerError> {
    rest.call(request, |outcome, _| {
        let granted: wire::Permissions = outcome?.json(&request.resource)?;
        Ok(permissions
            .iter()
            .copied()
            .filter(|permission| granted.permissions.iter().any(|other| other == permission))
            .collect())
    })
    .await
}
