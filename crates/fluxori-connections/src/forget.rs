use fluxori_domain::{
    OrganizationId,
    ports::{OrganizationContents, OrganizationRemoval},
    telemetry::events,
};

use crate::{ConnectionError, Connections};

/// How many credentials go in one transaction, which locks them all.
const CREDENTIALS_AT_A_TIME: u16 = 50;

/// How many other rows go in one transaction.
const ROWS_AT_A_TIME: u16 = 1_000;

/// What forgetting came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Data keys that were destroyed.
    pub data_keys: u64,
    /// Credentials that were removed, with their connections.
    pub credentials: u64,
    /// Flows, sessions and keys of requests that were removed.
    pub others: u64,
    /// Audit events that were removed.
    pub audit_events: u64,
    /// What is there now.
    pub left: OrganizationContents,
}

impl Connections {
    /// Maintenance: removes everything of an organization, its data keys first, so that nothing that they sealed opens from
    /// then on. What is kept outside the database is destroyed there. Nobody is disconnected at a marketplace. Whatever
    /// is interrupted may be begun again; what somebody stores meanwhile is in [`Forgotten::left`]. `progress` is told how
    /// many rows went.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`]. What was removed before stays removed.
    pub async fn forget(
        &self,
        removal: &dyn OrganizationRemoval,
        organization: &OrganizationId,
        keep_trail: bool,
        progress: impl Fn(u64),
    ) -> Result<Forgotten, ConnectionError> {
        let mut done = Forgotten {
            data_keys: removal.destroy_data_keys(organization).await?,
            ..Forgotten::default()
        };
        loop {
            let now = self.now();
            let removed = removal.remove_credentials(organization, now, CREDENTIALS_AT_A_TIME);
            let removed = removed.await?;
            done.credentials += removed;
            progress(done.rows());
            if removed == 0 {
                break;
            }
        }
        loop {
            let removed = removal.remove_rest(organization, ROWS_AT_A_TIME).await?;
            done.others += removed;
            progress(done.rows());
            if removed == 0 {
                break;
            }
        }
        self.sweep().await?;
        if !keep_trail {
            loop {
                let removed = removal.remove_trail(organization, ROWS_AT_A_TIME).await?;
                done.audit_events += removed;
                progress(done.rows());
                if removed == 0 {
                    break;
                }
            }
        }
        done.left = removal.contents(organization).await?;
        tracing::warn!(
            event = events::ORGANIZATION_FORGOTTEN,
            %organization,
            data_keys = done.data_keys,
            credentials = done.credentials,
            audit_events = done.audit_events,
            "an organization is forgotten"
        );
        Ok(done)
    }
}

impl Forgotten {
    /// How many rows went.
    const fn rows(&self) -> u64 {
        self.credentials + self.others + self.audit_events
    }
}
