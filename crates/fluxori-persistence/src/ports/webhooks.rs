use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountId, ConnectionId, Marketplace, TenantScope,
    ports::{StorageError, WebhookRepository},
};

use crate::{
    Database,
    dispatch::{long_read, point_read, transaction},
    rows::DueRow,
};

#[async_trait]
impl WebhookRepository for Database {
    async fn is_known(&self, marketplace: Marketplace, id: &str) -> Result<bool, StorageError> {
        Ok(point_read!(self, webhooks::known(marketplace, id))? > 0)
    }

    async fn remember(
        &self,
        marketplace: Marketplace,
        id: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let id = id.to_owned();
        transaction!(self, webhooks::remember(marketplace, &id, at))
            .map_err(|failure| self.explain(failure))
    }

    async fn connections_of(
        &self,
        marketplace: Marketplace,
        account: &AccountId,
    ) -> Result<Vec<(TenantScope, ConnectionId)>, StorageError> {
        let account = account.clone();
        let rows = long_read!(self, webhooks::connections_of(marketplace, &account))?;
        rows.into_iter().map(DueRow::connection).collect()
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StorageError> {
        let forgotten = transaction!(self, webhooks::forget(before));
        forgotten
            .map(|count| count as u64)
            .map_err(|failure| self.explain(failure))
    }
}
