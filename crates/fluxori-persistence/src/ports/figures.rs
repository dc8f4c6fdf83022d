use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::ports::{ConnectionFigures, FigureRepository, StorageError};

use crate::{Database, dispatch::long_read, rows, types::Micros};

#[async_trait]
impl FigureRepository for Database {
    async fn connection_figures(
        &self,
        soon: DateTime<Utc>,
    ) -> Result<Vec<ConnectionFigures>, StorageError> {
        let soon = Micros::of(soon);
        let rows = long_read!(self, figures::figures(soon))?;
        rows.into_iter().map(rows::figures).collect()
    }
}
