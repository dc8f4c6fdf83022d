use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditHash,
    ports::{AuditChain, AuditSurvey, AuditTrail, StorageError, StoredAuditEvent},
};

use crate::{
    Database,
    dispatch::{long_read, transaction},
    failure::Failure,
};

/// How often a chain is read again because it moved on between two statements.
const ATTEMPTS: usize = 100;

#[async_trait]
impl AuditTrail for Database {
    async fn organizations(
        &self,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<String>, StorageError> {
        let after = after.unwrap_or_default().to_owned();
        let rows = long_read!(self, audit_trail::organizations(&after, limit))?;
        Ok(rows.into_iter().map(|row| row.organization_id).collect())
    }

    async fn count(&self, organization: Option<&str>) -> Result<u64, StorageError> {
        let organization = organization.map(str::to_owned);
        let count = long_read!(self, audit_trail::count(organization.as_deref()))?;
        Ok(count.unsigned_abs())
    }

    async fn chains(
        &self,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<AuditChain>, StorageError> {
        let after = after.unwrap_or_default().to_owned();
        let rows = long_read!(self, audit_trail::chains(&after, limit))?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn survey(&self, organization: &str) -> Result<AuditSurvey, StorageError> {
        for _ in 0..ATTEMPTS {
            let (of_chain, of_rest) = (organization.to_owned(), organization.to_owned());
            let chain = long_read!(self, audit_trail::chain_of(&of_chain))?;
            let astray = long_read!(self, audit_trail::astray(&of_rest))?;
            if astray.is_of(chain.as_ref()) {
                return Ok(AuditSurvey {
                    chain: chain.map(TryInto::try_into).transpose()?,
                    unchained: astray.unchained,
                    outside: astray.outside,
                });
            }
        }
        Err(StorageError::Unavailable(
            "the chain never stood still".into(),
        ))
    }

    async fn chained(
        &self,
        organization: &str,
        after: i64,
        limit: u16,
    ) -> Result<Vec<StoredAuditEvent>, StorageError> {
        let organization = organization.to_owned();
        let rows = long_read!(self, audit_trail::chained(&organization, after, limit))?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn unchained(
        &self,
        organization: &str,
        after: Option<&StoredAuditEvent>,
        limit: u16,
    ) -> Result<Vec<StoredAuditEvent>, StorageError> {
        let (organization, after) = (organization.to_owned(), after.cloned());
        let rows = long_read!(
            self,
            audit_trail::unchained(&organization, after.as_ref(), limit)
        )?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn prune(
        &self,
        organization: &str,
        from: i64,
        through: i64,
        hash: AuditHash,
    ) -> Result<bool, StorageError> {
        let organization = organization.to_owned();
        match transaction!(self, audit_trail::prune(&organization, from, through, hash)) {
            Err(Failure::Storage(StorageError::Conflict)) => Ok(false),
            result => result.map_err(|failure| self.explain(failure)),
        }
    }

    async fn prune_unchained(
        &self,
        organization: &str,
        before: DateTime<Utc>,
        limit: u16,
    ) -> Result<u64, StorageError> {
        let organization = organization.to_owned();
        let deleted = transaction!(
            self,
            audit_trail::prune_unchained(&organization, before, limit)
        );
        let deleted = deleted.map_err(|failure| self.explain(failure))?;
        Ok(deleted as u64)
    }
}
