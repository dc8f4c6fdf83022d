use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    Marketplace, SecretHash,
    ports::{FlowRepository, OAuthFlow, StorageError},
};

use crate::{Database, dispatch::transaction, rows::FlowRow};

#[async_trait]
impl FlowRepository for Database {
    async fn begin(&self, flow: OAuthFlow) -> Result<(), StorageError> {
        let row = FlowRow::from(flow);
        transaction!(self, flows::begin(&row)).map_err(|failure| self.explain(failure))
    }

    async fn take(
        &self,
        state: SecretHash,
        browser: SecretHash,
        marketplace: Marketplace,
        now: DateTime<Utc>,
    ) -> Result<Option<OAuthFlow>, StorageError> {
        transaction!(self, flows::take(state, browser, marketplace, now))
            .map_err(|failure| self.explain(failure))?
            .map(TryInto::try_into)
            .transpose()
    }

    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, StorageError> {
        let forgotten = transaction!(self, flows::purge(now));
        forgotten
            .map(|count| count as u64)
            .map_err(|failure| self.explain(failure))
    }
}
