//! Rows as the database holds them, and their way to and from the words of the domain.
//!
//! A row that holds something this program never writes is reported with table, column and key, never guessed at.

mod audit;
mod audit_chain;
mod census;
mod connection;
mod contents;
mod credential;
mod data_key;
mod figures;
mod flow;
mod held;
mod idempotency;
mod keys;
mod loose;
mod overview;
mod read;
mod refresh;
mod session;
mod tombstone;

use std::str::FromStr;

use chrono::{DateTime, Utc};
use fluxori_domain::{SecretHash, TenantScope, ports::StorageError};

pub(crate) use audit::EventRow;
pub(crate) use audit_chain::{ChainRow, ChainedRow, HeadRow};
pub(crate) use census::CensusRow;
pub(crate) use connection::{ConnectionChange, ConnectionRow, FoundRow};
pub(crate) use contents::ContentsRow;
use credential::ClocksRow;
pub(crate) use credential::{CredentialChangeRow, CredentialRow};
pub(crate) use data_key::DataKeyRow;
pub(crate) use figures::{FigureRow, figures};
pub(crate) use flow::FlowRow;
pub(crate) use held::{HeldRow, SecretChangeRow};
pub(crate) use idempotency::KeyRow;
pub(crate) use keys::{MasterKeyRows, SealedRow, known_master_keys};
pub(crate) use loose::{LooseRow, Verdict, known};
pub(crate) use overview::{CountsRow, ExpiringRow, overview};
pub(crate) use read::{ReadRow, candidates};
pub(crate) use refresh::{DueRow, RefreshRow, due, micros, progress};
pub(crate) use session::{LINK, NewSessionRow, SESSION, SessionRow};
pub(crate) use tombstone::{TombstoneRow, tombstone};

use crate::types::Micros;

/// Which row is being read, for the report of what is wrong with it.
#[derive(Clone, Copy)]
struct Place<'a> {
    table: &'static str,
    row: &'a dyn std::fmt::Display,
}

impl Place<'_> {
    fn bad(self, column: &'static str) -> StorageError {
        StorageError::Inconsistent {
            table: self.table,
            column,
            row: self.row.to_string(),
        }
    }

    /// One of a fixed set of names.
    fn name<T: FromStr>(self, column: &'static str, text: &str) -> Result<T, StorageError> {
        text.parse().map_err(|_| self.bad(column))
    }

    /// A text that follows a rule.
    fn text<T: TryFrom<String>>(
        self,
        column: &'static str,
        text: String,
    ) -> Result<T, StorageError> {
        text.try_into().map_err(|_| self.bad(column))
    }

    /// The 32 bytes of a SHA-256.
    fn hash(self, column: &'static str, bytes: &[u8]) -> Result<SecretHash, StorageError> {
        bytes
            .try_into()
            .map(SecretHash)
            .map_err(|_| self.bad(column))
    }

    fn time(self, column: &'static str, micros: Micros) -> Result<DateTime<Utc>, StorageError> {
        micros.time().ok_or_else(|| self.bad(column))
    }

    fn scope(self, organization: String, user: String) -> Result<TenantScope, StorageError> {
        Ok(TenantScope {
            organization: self.text("organization_id", organization)?,
            user: self.text("user_id", user)?,
        })
    }
}
