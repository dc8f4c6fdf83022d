use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::Marketplace;

/// How many living connections are in one state at one marketplace, whosever they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionFigures {
    /// Where.
    pub marketplace: Marketplace,
    /// One of [`ConnectionStatus::NAMES`](crate::ConnectionStatus::NAMES).
    pub status: &'static str,
    /// How many.
    pub connections: u64,
    /// Of how many the refresh token dies soon.
    pub refresh_token_expiring: u64,
    /// Of how many the authorisation ends soon.
    pub authorisation_expiring: u64,
}

/// Numbers over all tenants, for operators. They never say whose.
#[async_trait]
pub trait FigureRepository: Send + Sync {
    /// One line for each state of each marketplace that has living connections; "soon" is before `soon`. Reads every
    /// connection: not for every minute of a large installation.
    async fn connection_figures(
        &self,
        soon: DateTime<Utc>,
    ) -> Result<Vec<ConnectionFigures>, StorageError>;
}
