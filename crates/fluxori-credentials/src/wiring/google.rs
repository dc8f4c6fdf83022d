//! Google's services, as the settings want them.

use std::sync::Arc;

use fluxori_domain::{Clock, ports::MasterKeyService};
use fluxori_marketplaces::HttpClient;
use fluxori_secret_manager::{
    Endpoint, GoogleTokens, InvalidName, KeyManagement, KeyManagementSettings, KeyName,
    KmsMasterKey, ProjectId, Replica, Replication, SecretManager, SecretManagerSettings,
    TokenSettings, TokenSource,
};

use crate::{GoogleSection, Settings, StartError};

/// What this process has of Google. Nobody is called before something is needed.
pub(crate) struct Google {
    /// Secret Manager, if a project is set.
    pub(crate) secrets: Option<SecretManager>,
    /// The master key in Cloud KMS, if one is set.
    pub(crate) master_key: Option<Arc<dyn MasterKeyService>>,
    /// Earlier ones.
    pub(crate) retired_keys: Vec<Arc<dyn MasterKeyService>>,
    /// Where Secret Manager keeps secrets that are made from now on.
    pub(crate) replication: Replication,
    /// Who this process is at Google.
    pub(crate) tokens: Arc<dyn TokenSource>,
}

impl Google {
    /// # Errors
    /// [`StartError::Google`], naming the setting.
    pub(crate) fn new(
        settings: &Settings,
        http: &HttpClient,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let tokens: Arc<dyn TokenSource> = Arc::new(GoogleTokens::new(
            token_settings(),
            http.pool().clone(),
            Arc::clone(clock),
        ));
        let section = &settings.google;
        let replication = replication(section)?;
        let secrets = match &section.project_id {
            Some(project) => Some(secret_manager(
                project,
                replication.clone(),
                section,
                http,
                &tokens,
            )?),
            None => None,
        };
        let keys = &settings.secrets;
        let (active, retired) = (
            &keys.encryption_kms_key,
            &keys.encryption_kms_keys_retired.0,
        );
        let mut google = Self {
            secrets,
            master_key: None,
            retired_keys: Vec::new(),
            replication,
            tokens: Arc::clone(&tokens),
        };
        if active.is_some() || !retired.is_empty() {
            let kms = key_management(section, tokens)?;
            for name in retired {
                let key = master_key(&kms, "ENCRYPTION_KMS_KEYS_RETIRED", name)?;
                google.retired_keys.push(key);
            }
            if let Some(name) = active {
                google.master_key = Some(master_key(&kms, "ENCRYPTION_KMS_KEY", name)?);
            }
        }
        Ok(google)
    }

    /// In how many places Secret Manager keeps each version.
    pub(crate) fn places(&self) -> u64 {
        match &self.replication {
            Replication::Automatic { .. } => 1,
            Replication::Regions(replicas) => replicas.len() as u64,
        }
    }
}

/// Where credentials for Google are looked for, as Google's own libraries do.
pub(crate) fn token_settings() -> TokenSettings {
    TokenSettings::from_variables(|name| std::env::var_os(name))
}

fn secret_manager(
    project: &str,
    replication: Replication,
    section: &GoogleSection,
    http: &HttpClient,
    tokens: &Arc<dyn TokenSource>,
) -> Result<SecretManager, StartError> {
    let project = ProjectId::new(project).map_err(refused("GCP_PROJECT_ID"))?;
    let endpoint: Endpoint = section
        .secret_manager_url
        .as_str()
        .parse()
        .map_err(refused("SECRET_MANAGER_URL"))?;
    let resource_manager: Endpoint = section
        .resource_manager_url
        .as_str()
        .parse()
        .map_err(refused("RESOURCE_MANAGER_URL"))?;
    let settings = SecretManagerSettings {
        endpoint,
        resource_manager,
        replication,
        writes_per_minute: section.secret_manager_writes_per_minute,
        reads_per_minute: section.secret_manager_reads_per_minute,
        ..SecretManagerSettings::new(project)
    };
    Ok(SecretManager::new(
        settings,
        http.pool(),
        Arc::clone(tokens),
    ))
}

/// Where secrets that are made from now on are kept.
fn replication(section: &GoogleSection) -> Result<Replication, StartError> {
    const KEYS: &str = "SECRET_MANAGER_KMS_KEYS";
    let keys = section.secret_manager_kms_keys.0.iter();
    let keys: Vec<KeyName> = keys
        .map(|key| KeyName::new(key))
        .collect::<Result<_, _>>()
        .map_err(refused(KEYS))?;
    let regions = &section.secret_manager_regions.0;
    let replication = if regions.is_empty() {
        if keys.len() > 1 {
            return Err(refused(KEYS)(InvalidName {
                what: "one key, because SECRET_MANAGER_REGIONS names no regions",
            }));
        }
        Replication::Automatic {
            cmek: keys.into_iter().next(),
        }
    } else {
        if !keys.is_empty() && keys.len() != regions.len() {
            return Err(refused(KEYS)(InvalidName {
                what: "as many keys as SECRET_MANAGER_REGIONS names regions",
            }));
        }
        let mut keys = keys.into_iter();
        Replication::Regions(
            regions
                .iter()
                .map(|region| Replica {
                    region: region.clone(),
                    cmek: keys.next(),
                })
                .collect(),
        )
    };
    replication
        .validated()
        .map_err(refused("SECRET_MANAGER_REGIONS"))
}

/// Cloud KMS as the settings want it.
pub(crate) fn key_management(
    section: &GoogleSection,
    tokens: Arc<dyn TokenSource>,
) -> Result<KeyManagement, StartError> {
    const SETTING: &str = "KMS_URL";
    let endpoint = section.kms_url.as_str().parse();
    let settings = KeyManagementSettings {
        endpoint: endpoint.map_err(refused(SETTING))?,
        ..KeyManagementSettings::default()
    };
    KeyManagement::new(&settings, tokens).map_err(|cause| StartError::Google {
        setting: SETTING,
        cause,
    })
}

fn master_key(
    kms: &KeyManagement,
    setting: &'static str,
    name: &str,
) -> Result<Arc<dyn MasterKeyService>, StartError> {
    let key = KeyName::new(name).map_err(refused(setting))?;
    Ok(Arc::new(KmsMasterKey::new(key, kms.clone())))
}

fn refused(setting: &'static str) -> impl Fn(InvalidName) -> StartError {
    move |cause| StartError::Google {
        setting,
        cause: cause.into(),
    }
}
