use std::{net::SocketAddr, path::Path};

/// Where the fake answers, and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Secret Manager over REST, in place of `https://secretmanager.googleapis.com`. For the setting of the same name.
    pub secret_manager_url: String,
    /// Secret Manager over gRPC, in plain text.
    pub secret_manager_grpc_url: String,
    /// Cloud KMS over gRPC, in plain text, in place of `https://cloudkms.googleapis.com`. For the setting of the same name.
    pub kms_url: String,
    /// Where tokens are bought, in place of `https://oauth2.googleapis.com/token`.
    pub token_url: String,
    /// For `GCE_METADATA_HOST`: host and port of the metadata server.
    pub metadata_host: String,
    /// The Resource Manager over REST, in place of `https://cloudresourcemanager.googleapis.com`. For the setting of
    /// the same name.
    pub resource_manager_url: String,
    /// Service Usage over REST, in place of `https://serviceusage.googleapis.com`.
    pub service_usage_url: String,
    /// For the setting `GCP_PROJECT_ID`.
    pub project_id: String,
}

impl Endpoints {
    pub(super) fn at(rest: SocketAddr, grpc: SocketAddr, project_id: &str) -> Self {
        let origin = format!("http://{rest}");
        Self {
            secret_manager_grpc_url: format!("http://{grpc}"),
            kms_url: format!("http://{grpc}"),
            token_url: format!("{origin}/token"),
            metadata_host: rest.to_string(),
            resource_manager_url: origin.clone(),
            service_usage_url: origin.clone(),
            secret_manager_url: origin,
            project_id: project_id.to_owned(),
        }
    }

    /// The environment that points a process here, as the service account whose key is in this file.
    #[must_use]
    pub fn environment(&self, key_file: &Path) -> Vec<(&'static str, String)> {
        vec![
            ("USE_SECRET_MANAGER", "true".to_owned()),
            ("GCP_PROJECT_ID", self.project_id.clone()),
            ("SECRET_MANAGER_URL", self.secret_manager_url.clone()),
            ("RESOURCE_MANAGER_URL", self.resource_manager_url.clone()),
            ("KMS_URL", self.kms_url.clone()),
            (
                "GOOGLE_APPLICATION_CREDENTIALS",
                key_file.display().to_string(),
            ),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ]
    }
}
