//! What nobody counts as it happens: it is looked at, and told to whoever records metrics.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    ConnectionStatus, ExpiryKind, Marketplace, MasterKeyId,
    ports::{ConnectionFigures, FigureRepository as _, StorageError},
    telemetry::{
        AUDIT_LATE, AUDIT_WAITING, CONNECTIONS, CONNECTIONS_EXPIRING, DATA_KEYS,
        DATABASE_POOL_CONNECTIONS, DATABASE_POOL_MAX, DATABASE_POOL_WAITING, MASTER_KEY_DATA_KEYS,
        RUNTIME_TASKS, SEALED_CREDENTIALS,
    },
};
use fluxori_vault::survey_master_keys;
use metrics::gauge;

use super::Wiring;

/// Connections that run out within so long are worth an alert: sellers were warned before.
const SOON: TimeDelta = TimeDelta::days(7);

/// The master keys that were ever reported: one that is gone is reported as needed by nothing.
#[derive(Default)]
pub(super) struct ReportedKeys(Mutex<BTreeSet<MasterKeyId>>);

impl Wiring {
    /// Reports the present state of the runtime, of the pool of connections and of the audit trail. Costs next to nothing;
    /// called before metrics are read.
    pub fn observe_now(&self) {
        let tasks = self.runtime.metrics().num_alive_tasks();
        gauge!(RUNTIME_TASKS).set(number(tasks as u64));
        let (waiting, is_late) = self.connections.audit_backlog();
        gauge!(AUDIT_WAITING).set(number(waiting as u64));
        gauge!(AUDIT_LATE).set(if is_late { 1.0 } else { 0.0 });
        let Some(pool) = self.database.pool_state() else {
            return;
        };
        let in_use = pool.open.saturating_sub(pool.idle);
        gauge!(DATABASE_POOL_CONNECTIONS, "state" => "idle").set(number(pool.idle as u64));
        gauge!(DATABASE_POOL_CONNECTIONS, "state" => "in_use").set(number(in_use as u64));
        gauge!(DATABASE_POOL_MAX).set(number(pool.most as u64));
        gauge!(DATABASE_POOL_WAITING).set(number(pool.waiting as u64));
    }

    /// Counts the connections of all sellers by marketplace and state, and those that run out soon. Reads every connection.
    ///
    /// # Errors
    /// [`StorageError`] when the database does not answer.
    pub async fn observe_connections(&self, now: DateTime<Utc>) -> Result<(), StorageError> {
        let figures = self.database.connection_figures(now + SOON).await?;
        for marketplace in Marketplace::ALL {
            let here = || {
                figures
                    .iter()
                    .filter(|line| line.marketplace == *marketplace)
            };
            let marketplace = marketplace.as_str();
            for status in ConnectionStatus::NAMES {
                let line = here().find(|line| line.status == *status);
                gauge!(CONNECTIONS, "marketplace" => marketplace, "status" => *status)
                    .set(number(line.map_or(0, |line| line.connections)));
            }
            for clock in ExpiryKind::ALL {
                let expiring = here()
                    .filter(|line| still_works(line))
                    .map(|line| match clock {
                        ExpiryKind::RefreshToken => line.refresh_token_expiring,
                        ExpiryKind::Authorisation => line.authorisation_expiring,
                    });
                gauge!(CONNECTIONS_EXPIRING, "marketplace" => marketplace, "clock" => clock.as_str())
                    .set(number(expiring.sum()));
            }
        }
        Ok(())
    }

    /// Counts what each key protects. Reads every data key and every sealed credential.
    ///
    /// # Errors
    /// [`StorageError`] when the database does not answer.
    pub async fn observe_keys(&self) -> Result<(), StorageError> {
        let (Some(vault), Some(keys)) = (&self.vault, &self.keys) else {
            return Ok(());
        };
        let needed = survey_master_keys(vault.keyring(), &self.database).await?;
        let sealed = keys.maintenance.count_sealed(None).await?;
        let mut gone = self
            .reported
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for key in &needed {
            gone.remove(&key.id);
            master_key(&key.id, key.data_keys);
        }
        for key in &*gone {
            master_key(key, 0);
        }
        gone.extend(needed.into_iter().map(|key| key.id));
        gauge!(DATA_KEYS, "state" => "active").set(number(sealed.active_keys));
        gauge!(DATA_KEYS, "state" => "inactive").set(number(sealed.inactive_keys));
        let by_active = sealed.credentials.saturating_sub(sealed.by_inactive);
        gauge!(SEALED_CREDENTIALS, "data_key" => "active").set(number(by_active));
        gauge!(SEALED_CREDENTIALS, "data_key" => "inactive").set(number(sealed.by_inactive));
        Ok(())
    }
}

fn master_key(id: &MasterKeyId, data_keys: u64) {
    gauge!(MASTER_KEY_DATA_KEYS, "key" => id.to_string()).set(number(data_keys));
}

/// Of connections that the seller has to connect anew nothing is still to run out.
fn still_works(line: &ConnectionFigures) -> bool {
    !matches!(line.status, "expired" | "disconnected")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "metrics are floating-point numbers, and exact up to 9 * 10^15"
)]
const fn number(count: u64) -> f64 {
    count as f64
}
