//! The secret store whose secrets lie at Google, and only whose names lie in the database.

mod cache;
mod envelope;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod place;
mod trouble;

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use fluxori_domain::{
    Backend, CredentialId, OrganizationId, Plaintext, SecretContext, StoredSecret,
    ports::{
        OutsidePage, OutsidePlace, OutsideStore, OutsideValue, Place, SecretStore, SecretStoreError,
    },
};
use uuid::Uuid;

use crate::{
    Labels, PageToken, Resource, SecretId, SecretManager, SecretManagerError, VersionName,
    VersionState, derive_label_value,
};
use cache::Opened;
pub(crate) use trouble::store_error;

/// Which database a secret belongs to, in its labels.
const INSTALLATION: &str = "fluxori-installation";
/// Whose it is, in its labels: derived, because organizations may be named in any way.
const ORGANIZATION: &str = "fluxori-organization";
/// Where it is valid, in its labels.
const MARKETPLACE: &str = "fluxori-marketplace";

/// What the last secret must allow to whoever writes.
const TO_WRITE: [&str; 2] = [
    "secretmanager.versions.add",
    "secretmanager.versions.access",
];

/// Keeps each secret as a version of a secret in Secret Manager; the row pins the version's number.
///
/// What was read or written stays in memory by that name: a version never changes, so a credential that did not change
/// costs no call. At most 10,000 are kept.
#[derive(Debug)]
pub struct GoogleStore {
    manager: SecretManager,
    installation: Uuid,
    opened: Opened,
    /// Whether the latest write failed: then the next one that cannot be repeated asks first.
    is_troubled: AtomicBool,
}

impl GoogleStore {
    /// A store for the secrets of one installation.
    #[must_use]
    pub fn new(manager: SecretManager, installation: Uuid) -> Self {
        Self {
            manager,
            installation,
            opened: Opened::new(),
            is_troubled: AtomicBool::new(false),
        }
    }

    /// The secrets of this installation are known by these labels.
    fn ours(&self) -> Labels {
        Labels::none()
            .with(INSTALLATION, &self.installation.to_string())
            .expect("a UUID in lower case is a label")
    }

    fn labels(&self, context: &SecretContext) -> Labels {
        let organization = derive_label_value(context.organization.as_str());
        self.ours()
            .with(ORGANIZATION, &organization)
            .and_then(|labels| labels.with(MARKETPLACE, context.marketplace.as_str()))
            .expect("hexadecimal digits and the names of marketplaces are labels")
    }

    /// Writes a version and reads it back.
    async fn write(
        &self,
        context: &SecretContext,
        plaintext: &Plaintext,
        place: &Place,
    ) -> Result<StoredSecret, SecretStoreError> {
        let secret = place::secret_of(&self.manager, context.credential, &place.name)?;
        if place.is_new {
            match self.manager.create(&secret, &self.labels(context)).await {
                // Nobody else would have thought of the name: an answer was lost.
                Ok(()) | Err(SecretManagerError::AlreadyExists { .. }) => {}
                Err(error) => return Err(store_error(error)),
            }
        }
        let payload = envelope::wrap(context, plaintext)?;
        let version = self
            .manager
            .add_version(&secret, &payload)
            .await
            .map_err(store_error)?;
        let stored = StoredSecret {
            backend: self.backend(),
            value: self.manager.version_name(&secret, version).to_string(),
        };
        let kept = self
            .manager
            .access(&secret, version)
            .await
            .map_err(store_error)?;
        if !envelope::is_equal(&payload, &kept) {
            return Err(store_error(SecretManagerError::ChecksumMismatch {
                resource: Resource::Version(secret, version),
            }));
        }
        self.opened.keep(&stored.value, kept);
        Ok(stored)
    }
}

#[async_trait]
impl SecretStore for GoogleStore {
    fn backend(&self) -> Backend {
        Backend::GoogleSecretManager
    }

    /// # Panics
    /// Without a place.
    async fn put(
        &self,
        context: &SecretContext,
        plaintext: &Plaintext,
        place: Option<&Place>,
    ) -> Result<StoredSecret, SecretStoreError> {
        let place = place.expect("what is kept outside has a place");
        let written = self.write(context, plaintext, place).await;
        self.is_troubled.store(written.is_err(), Ordering::Relaxed);
        written
    }

    async fn open(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<Plaintext, SecretStoreError> {
        let name = place::version_of(&self.manager, context.credential, stored)?;
        if let Some(payload) = self.opened.find(&stored.value) {
            return envelope::unwrap(context, &payload);
        }
        let payload = self
            .manager
            .access(&name.secret, name.version)
            .await
            .map_err(store_error)?;
        let payload = self.opened.keep(&stored.value, payload);
        envelope::unwrap(context, &payload)
    }

    async fn make_ready(
        &self,
        _organization: &OrganizationId,
        beside: Option<&StoredSecret>,
    ) -> Result<(), SecretStoreError> {
        if !self.is_troubled.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Some(held) = beside else {
            // Whether Google answers at all. That this process may not list is an answer.
            return match self.manager.list(&self.ours(), None).await {
                Ok(_) | Err(SecretManagerError::PermissionDenied { .. }) => Ok(()),
                Err(error) => Err(store_error(error)),
            };
        };
        let secret: SecretId = held
            .value
            .parse::<VersionName>()
            .map(|name| name.secret)
            .map_err(|_| SecretStoreError::DoesNotOpen)?;
        let allowed = self.manager.test_permissions(&secret, &TO_WRITE).await;
        let allowed = allowed.map_err(store_error)?;
        match TO_WRITE.iter().find(|wanted| !allowed.contains(*wanted)) {
            None => Ok(()),
            Some(permission) => Err(store_error(SecretManagerError::PermissionDenied {
                permission,
                role: "roles/secretmanager.secretVersionManager and roles/secretmanager.secretAccessor",
                resource: Resource::Secret(secret),
            })),
        }
    }

    fn outside(&self) -> Option<&dyn OutsideStore> {
        Some(self)
    }
}

#[async_trait]
impl OutsideStore for GoogleStore {
    fn name_place(&self, credential: CredentialId) -> Result<Place, SecretStoreError> {
        place::name(&self.manager, credential)
    }

    fn place_of(&self, credential: CredentialId, value: &str) -> Result<Place, SecretStoreError> {
        let name = place::parse(&self.manager, credential, value)?;
        Ok(Place {
            name: place::name_of(&self.manager, &name.secret),
            is_new: false,
        })
    }

    async fn destroy(&self, credential: CredentialId, value: &str) -> Result<(), SecretStoreError> {
        let name = place::parse(&self.manager, credential, value)?;
        self.opened.forget(value);
        match self.manager.destroy(&name.secret, name.version).await {
            Ok(()) | Err(SecretManagerError::NotFound { .. }) => Ok(()),
            Err(error) => Err(store_error(error)),
        }
    }

    async fn destroy_place(
        &self,
        credential: CredentialId,
        place: &str,
    ) -> Result<(), SecretStoreError> {
        let secret = place::secret_of(&self.manager, credential, place)?;
        self.manager.delete(&secret).await.map_err(store_error)
    }

    async fn values(
        &self,
        credential: CredentialId,
        place: &str,
    ) -> Result<Vec<OutsideValue>, SecretStoreError> {
        let secret = place::secret_of(&self.manager, credential, place)?;
        let mut values = Vec::new();
        let mut after = None;
        loop {
            let page = match self.manager.list_versions(&secret, after.as_ref()).await {
                Ok(page) => page,
                Err(SecretManagerError::NotFound { .. }) => return Ok(Vec::new()),
                Err(error) => return Err(store_error(error)),
            };
            let kept = page
                .versions
                .into_iter()
                .filter(|version| version.state != VersionState::Destroyed);
            values.extend(kept.map(|version| {
                OutsideValue {
                    value: self
                        .manager
                        .version_name(&secret, version.number)
                        .to_string(),
                    is_enabled: version.state == VersionState::Enabled,
                    made_at: version.created_at,
                }
            }));
            after = page.next;
            if after.is_none() {
                return Ok(values);
            }
        }
    }

    async fn list(&self, after: Option<String>) -> Result<OutsidePage, SecretStoreError> {
        let after = after.map(PageToken::new);
        let page = self.manager.list(&self.ours(), after.as_ref()).await;
        let page = page.map_err(store_error)?;
        let places = page.secrets.into_iter().filter_map(|secret| {
            Some(OutsidePlace {
                name: place::name_of(&self.manager, &secret.id),
                credential: place::credential_of(&secret.id)?,
                made_at: secret.created_at,
            })
        });
        Ok(OutsidePage {
            places: places.collect(),
            next: page.next.map(|next| next.as_str().to_owned()),
        })
    }
}
