use fluxori_domain::{
    ConnectionStatus,
    ports::{ConnectionFigures, StorageError},
};

use super::Place;

/// Marketplace and state, how many connections, and of how many the one or the other clock runs out.
pub(crate) type FigureRow = (String, String, i64, i64, i64);

/// What a row says.
pub(crate) fn figures(
    (marketplace, status, connections, refresh_token, authorisation): FigureRow,
) -> Result<ConnectionFigures, StorageError> {
    let place = Place {
        table: "connections",
        row: &"of all tenants",
    };
    let known = ConnectionStatus::NAMES.iter();
    let status = known.copied().find(|name| *name == status);
    Ok(ConnectionFigures {
        marketplace: place.name("marketplace", &marketplace)?,
        status: status.ok_or_else(|| place.bad("status"))?,
        connections: connections.unsigned_abs(),
        refresh_token_expiring: refresh_token.unsigned_abs(),
        authorisation_expiring: authorisation.unsigned_abs(),
    })
}
