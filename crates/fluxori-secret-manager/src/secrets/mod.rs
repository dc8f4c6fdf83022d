//! Secret Manager's REST API, version 1, as typed calls
//! (<https://cloud.google.com/secret-manager/docs/reference/rest>).

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod list;
mod permissions;
mod read;
mod settings;
mod wire;
mod write;

use std::sync::Arc;

use reqwest::{Client, Method};
use zeroize::Zeroizing;

pub use list::{PageToken, SecretPage, VersionPage};
pub use read::{SecretDetails, VersionDetails, VersionState};
pub use settings::SecretManagerSettings;

use crate::{
    Operation, ProjectId, Resource, SecretId, SecretManagerError, Service, TokenSource,
    VersionName, VersionNumber,
    google::{Caller, Pacer, Request, Rest},
};

/// Bytes read of an answer about one thing. A payload of 64 KiB takes 88 KiB in base64, annotations up to 16 KiB.
const SMALL_ANSWER: usize = 256 * 1024;

/// A client of Secret Manager for one project. Cloning shares the connections, the pace and the budget of repetition.
///
/// Each method is one call, repeated within its deadline as [`Operation`] allows, and says which IAM permission it needs.
#[derive(Clone)]
pub struct SecretManager {
    settings: Arc<SecretManagerSettings>,
    rest: Rest,
    /// Resource Manager, which knows the permissions on the project itself.
    projects: Rest,
}

impl SecretManager {
    /// Calls through `http` (cloning it), which should follow no redirects, with tokens from `tokens`. Connects to nothing yet.
    #[must_use]
    pub fn new(
        settings: SecretManagerSettings,
        http: &Client,
        tokens: Arc<dyn TokenSource>,
    ) -> Self {
        let rest = |service, caller: Caller| Rest {
            service,
            http: http.clone(),
            caller: Arc::new(caller),
        };
        let secrets = Caller::new(
            Service::SecretManager,
            tokens.clone(),
            settings.retry.clone(),
        )
        .paced(
            Pacer::per_minute(settings.writes_per_minute),
            Pacer::per_minute(settings.reads_per_minute),
        );
        let projects = Caller::new(Service::ResourceManager, tokens, settings.retry.clone());
        Self {
            rest: rest(Service::SecretManager, secrets),
            projects: rest(Service::ResourceManager, projects),
            settings: Arc::new(settings),
        }
    }

    /// The project, as it is configured.
    #[must_use]
    pub fn project(&self) -> &ProjectId {
        &self.settings.project
    }

    /// The full name of a version, as a row keeps it: with the project as it is configured.
    #[must_use]
    pub fn version_name(&self, secret: &SecretId, version: VersionNumber) -> VersionName {
        VersionName {
            project: self.settings.project.clone(),
            secret: secret.clone(),
            version,
        }
    }

    /// Whether a stored name belongs to the project of this client.
    ///
    /// Only Google knows which number belongs to which id, so a project counts as the same when it is written as
    /// configured.
    ///
    /// # Errors
    /// [`SecretManagerError::OtherProject`] when it does not.
    pub fn check_project(&self, name: &VersionName) -> Result<(), SecretManagerError> {
        if name.project == self.settings.project {
            Ok(())
        } else {
            Err(SecretManagerError::OtherProject)
        }
    }

    fn request(&self, operation: Operation, resource: Resource) -> Request {
        let project = &self.settings.project;
        let path = match &resource {
            Resource::Secret(secret) => format!("/v1/projects/{project}/secrets/{secret}"),
            Resource::Version(secret, version) => {
                format!("/v1/projects/{project}/secrets/{secret}/versions/{version}")
            }
            Resource::Project | Resource::Key(_) => format!("/v1/projects/{project}/secrets"),
        };
        Request {
            operation,
            resource,
            method: Method::GET,
            url: self.settings.endpoint.join(&path),
            body: None,
            limit: SMALL_ANSWER,
        }
    }
}

impl Request {
    /// As `POST` with this body.
    fn post(mut self, body: Zeroizing<Vec<u8>>) -> Self {
        self.method = Method::POST;
        self.body = Some(body);
        self
    }

    /// As `POST` of a custom method: `…:verb`.
    fn verb(mut self, verb: &str, body: Zeroizing<Vec<u8>>) -> Self {
        let path = format!("{}:{verb}", self.url.path());
        self.url.set_path(&path);
        self.post(body)
    }
}

impl std::fmt::Debug for SecretManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretManager")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
