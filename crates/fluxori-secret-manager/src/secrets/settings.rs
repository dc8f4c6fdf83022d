use std::num::NonZeroU32;

use crate::{Endpoint, ProjectId, Replication, RetrySettings, Service};

/// Where secrets are kept and how fast they may be changed.
#[derive(Debug, Clone)]
pub struct SecretManagerSettings {
    /// The project, by id or number: `GCP_PROJECT_ID`.
    pub project: ProjectId,
    /// For secrets that are made from now on.
    pub replication: Replication,
    /// Where the API answers. Another one is an emulator's or a private gateway's.
    pub endpoint: Endpoint,
    /// Where Resource Manager answers, which is asked for the permissions on the project.
    pub resource_manager: Endpoint,
    /// Calls that change something, a minute. Google's quota for a project is 600 by default and shared by everything that
    /// uses the project (<https://cloud.google.com/secret-manager/quotas>): with several replicas, give each its part.
    pub writes_per_minute: NonZeroU32,
    /// Calls that list or describe, a minute. Google's quota is 600 by default.
    pub reads_per_minute: NonZeroU32,
    /// Secrets or versions in a page of a list; Google caps it at 25,000. Default 500.
    pub page_size: u16,
    /// Deadlines and repetition.
    pub retry: RetrySettings,
}

impl SecretManagerSettings {
    /// Google's own endpoints, automatic replication, default quotas.
    #[must_use]
    pub fn new(project: ProjectId) -> Self {
        const QUOTA: NonZeroU32 = NonZeroU32::new(600).expect("it is not 0");
        Self {
            project,
            replication: Replication::Automatic { cmek: None },
            endpoint: Endpoint::google(Service::SecretManager.name()),
            resource_manager: Endpoint::google(Service::ResourceManager.name()),
            writes_per_minute: QUOTA,
            reads_per_minute: QUOTA,
            page_size: 500,
            retry: RetrySettings::default(),
        }
    }
}
