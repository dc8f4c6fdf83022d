use std::{path::Path, sync::OnceLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::Client;

use super::{
    BearerToken, TokenError, TokenSettings,
    exchange::{Issued, Refusal, exchange},
    key_file,
    metadata::MetadataServer,
};

/// A fresh token and how long it is good, in seconds.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) token: BearerToken,
    pub(super) lifetime: u32,
}

/// Gets a new token each time it is asked.
#[async_trait]
pub(super) trait Fetch: std::fmt::Debug + Send + Sync {
    async fn fetch(&self, now: DateTime<Utc>) -> Result<Fetched, TokenError>;
}

/// Application default credentials.
#[derive(Debug)]
pub(super) struct DefaultCredentials {
    settings: TokenSettings,
    http: Client,
    metadata: OnceLock<MetadataServer>,
}

impl DefaultCredentials {
    pub(super) const fn new(settings: TokenSettings, http: Client) -> Self {
        Self {
            settings,
            http,
            metadata: OnceLock::new(),
        }
    }

    /// The file that applies, if one does. A named file has to exist; a log-in need not.
    fn file(&self) -> Option<&Path> {
        let login = || {
            let path = self.settings.login_file.as_deref()?;
            path.exists().then_some(path)
        };
        self.settings.credentials_file.as_deref().or_else(login)
    }

    async fn by_file(&self, path: &Path, now: DateTime<Utc>) -> Result<Fetched, TokenError> {
        let owned = path.to_owned();
        // Reads a file and signs with RSA: not for a thread that serves others.
        let prepared = tokio::task::spawn_blocking(move || key_file::prepare(&owned, now)).await;
        let request = prepared.map_err(|_| TokenError::FileMalformed {
            path: path.to_owned(),
            what: "it cannot be worked with",
        })??;
        match exchange(&self.http, &request, self.settings.timeout).await {
            Ok(issued) => fetched(issued, request.quota_project),
            Err(Refusal::Credentials) => Err(TokenError::Refused {
                path: path.to_owned(),
            }),
            Err(Refusal::Error(error)) => Err(error),
        }
    }
}

#[async_trait]
impl Fetch for DefaultCredentials {
    async fn fetch(&self, now: DateTime<Utc>) -> Result<Fetched, TokenError> {
        if let Some(path) = self.file() {
            return self.by_file(path, now).await;
        }
        let metadata = self.metadata.get_or_init(|| {
            let host = self.settings.metadata_host.as_deref();
            MetadataServer::new(host, self.settings.timeout)
        });
        fetched(metadata.token().await?, None)
    }
}

fn fetched(issued: Issued, quota_project: Option<crate::ProjectId>) -> Result<Fetched, TokenError> {
    Ok(Fetched {
        token: BearerToken::new(issued.access_token, quota_project)?,
        lifetime: issued.expires_in,
    })
}
