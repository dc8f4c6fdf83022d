//! Background work while the server serves.

use std::{sync::Arc, time::Duration};

use ::metrics::{counter, gauge};
use fluxori_credentials::{
    Clock, ExpiryWatch, Housekeeping, ServiceName, Settings, Wiring,
    telemetry::{HOUSEKEEPING_LAST_ROUND, HOUSEKEEPING_ROUNDS, events},
};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::{
    figures::Figures,
    metrics::{self, KeepsHouse},
};

/// What background work needs.
pub(crate) struct Housekeeper {
    wiring: Arc<Wiring>,
    clock: Arc<dyn Clock>,
    service: ServiceName,
    pause: Duration,
    secrets: ExpiryWatch,
    owner: Uuid,
    keeps_house: KeepsHouse,
    figures: Figures,
}

impl Housekeeper {
    /// Takes what the settings say.
    pub(crate) fn new(
        settings: &Settings,
        wiring: Arc<Wiring>,
        clock: Arc<dyn Clock>,
        keeps_house: KeepsHouse,
    ) -> Self {
        Self {
            wiring,
            clock,
            service: settings.service.service_name.clone(),
            pause: Duration::from_secs(u64::from(settings.service.housekeeping_seconds)),
            secrets: ExpiryWatch::new(settings),
            owner: Uuid::new_v4(),
            keeps_house,
            figures: Figures::new(),
        }
    }

    /// Works until it is dropped: a round may be left half-done, whoever does the next one goes on from there.
    pub(crate) async fn work(mut self) {
        self.warn();
        if self.pause.is_zero() {
            return;
        }
        let mut rounds = interval(self.pause);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            self.warn();
            self.round().await;
        }
    }

    fn warn(&mut self) {
        for warning in self.secrets.warnings(self.clock.now()) {
            tracing::warn!(event = events::APPLICATION_SECRET_EXPIRES, "{warning}");
        }
    }

    /// Of all replicas one at a time does it; when it dies, another one takes over after two pauses. A failure is tried
    /// again at the next round.
    async fn round(&mut self) {
        let connections = self.wiring.connections();
        let lease = self.pause * 2;
        match connections
            .housekeeping(&self.service, self.owner, lease)
            .await
        {
            Ok(None) => {
                tracing::debug!(
                    event = events::HOUSEKEEPING_ELSEWHERE,
                    "another server keeps house"
                );
                self.ended("elsewhere");
            }
            Ok(Some(done)) => {
                report(done);
                self.forget_sessions().await;
                self.figures.look(&self.wiring, &*self.clock).await;
                let now = self.clock.now().timestamp_millis();
                gauge!(HOUSEKEEPING_LAST_ROUND).set(metrics::seconds(now));
                self.ended("done");
            }
            Err(error) => {
                tracing::warn!(
                    event = events::HOUSEKEEPING_FAILED,
                    %error,
                    "housekeeping will be tried again"
                );
                self.ended("failed");
            }
        }
    }

    fn ended(&self, result: &'static str) {
        self.keeps_house.set(result == "done");
        counter!(HOUSEKEEPING_ROUNDS, "result" => result).increment(1);
    }

    async fn forget_sessions(&self) {
        match self.wiring.sessions().purge(self.clock.now()).await {
            Ok(0) => {}
            Ok(sessions) => {
                tracing::info!(
                    event = events::SESSIONS_FORGOTTEN,
                    sessions,
                    "sessions and links that were over are forgotten"
                );
            }
            Err(error) => {
                tracing::warn!(
                    event = events::HOUSEKEEPING_FAILED,
                    %error,
                    "housekeeping will be tried again"
                );
            }
        }
    }
}

fn report(done: Housekeeping) {
    if done == Housekeeping::default() {
        tracing::debug!(
            event = events::HOUSEKEEPING_IDLE,
            "housekeeping had nothing to do"
        );
        return;
    }
    tracing::info!(
        event = events::HOUSEKEEPING_DONE,
        refreshes = done.refreshes,
        kept_alive = done.kept_alive,
        deletions = done.deletions,
        tested = done.tested,
        idempotency_keys = done.idempotency_keys,
        flows = done.flows,
        deliveries = done.deliveries,
        "housekeeping"
    );
}
