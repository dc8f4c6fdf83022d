//! A start that waits for a database which is being started, too.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use fluxori_credentials::{Clock, Settings, Wiring, telemetry::events};

/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// Puts everything together. While the database cannot be reached, it is tried again until `START_TIMEOUT_SECONDS` are over;
/// what somebody has to mend is an error at once.
pub(crate) async fn connect(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Wiring> {
    let patience = Duration::from_secs(u64::from(settings.service.start_timeout_seconds));
    let began = Instant::now();
    let mut has_said = false;
    loop {
        let error = match Wiring::connect(settings, Arc::clone(clock)).await {
            Ok(wiring) => return Ok(wiring),
            Err(error) => error,
        };
        if !error.is_transient() || began.elapsed() + PAUSE > patience {
            return Err(error.into());
        }
        if !has_said {
            has_said = true;
            let cause = super::commands::chain(&error);
            tracing::warn!(
                event = events::SERVER_DATABASE_AWAITED,
                cause,
                seconds = patience.as_secs(),
                "waiting for the database"
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}
