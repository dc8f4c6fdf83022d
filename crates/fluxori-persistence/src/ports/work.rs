use std::time::Duration;

use async_trait::async_trait;
use fluxori_domain::ports::{StorageError, WorkRepository};
use uuid::Uuid;

use crate::{Database, dispatch::transaction};

#[async_trait]
impl WorkRepository for Database {
    async fn claim(
        &self,
        name: &'static str,
        owner: Uuid,
        lease_for: Duration,
    ) -> Result<bool, StorageError> {
        transaction!(self, work::claim(name, owner, lease_for))
            .map_err(|failure| self.explain(failure))
    }
}
