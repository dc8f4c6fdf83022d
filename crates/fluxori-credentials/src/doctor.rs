//! Looks at everything that can be looked at and says what to mend.

use std::sync::Arc;

use fluxori_domain::{Clock, SystemClock};
use fluxori_marketplaces::{HttpClient, HttpSettings, clients};
use fluxori_persistence::Database;
use fluxori_vault::{Keyring, MasterKeyRole, survey_master_keys};

use crate::{
    Settings,
    wiring::{database_settings, keyring, marketplace_settings},
};

/// How one thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is right.
    Good,
    /// It works, but the operator should know.
    Notice,
    /// It keeps the vault from working.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub subject: String,
    /// How it was found.
    pub verdict: Verdict,
    /// What was found, and what to do.
    pub message: String,
}

impl Finding {
    /// A finding.
    pub fn new(subject: impl Into<String>, verdict: Verdict, message: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            verdict,
            message: message.into(),
        }
    }
}

/// Examines master keys, database and marketplaces. Changes nothing.
pub async fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let keyring = match keyring(&settings.secrets) {
        Ok(keyring) => {
            let message = format!("in use: {}", keyring.active_id());
            findings.push(Finding::new("master key", Verdict::Good, message));
            Some(keyring)
        }
        Err(error) => {
            findings.push(Finding::new("master key", Verdict::Bad, chain(&error)));
            None
        }
    };
    match Database::connect(&database_settings(settings)).await {
        Ok(database) => {
            findings.push(Finding::new(
                "database",
                Verdict::Good,
                database.description(),
            ));
            if let Some(keyring) = keyring {
                findings.extend(data_keys(&keyring, &database).await);
            }
        }
        Err(error) => findings.push(Finding::new("database", Verdict::Bad, chain(&error))),
    }
    findings.extend(marketplaces(settings));
    findings
}

async fn data_keys(keyring: &Keyring, database: &Database) -> Vec<Finding> {
    let uses = match survey_master_keys(keyring, database).await {
        Ok(uses) => uses,
        Err(error) => return vec![Finding::new("data keys", Verdict::Bad, chain(&error))],
    };
    uses.into_iter()
        .map(|key| {
            let (verdict, advice) = match key.role {
                MasterKeyRole::Active => (Verdict::Good, "the master key in use"),
                MasterKeyRole::Retired if key.data_keys == 0 => (
                    Verdict::Notice,
                    "retired and not needed: remove it from ENCRYPTION_KEYS_RETIRED",
                ),
                MasterKeyRole::Retired => (Verdict::Good, "retired, still needed"),
                MasterKeyRole::Missing => (
                    Verdict::Bad,
                    "not in the keyring: add the old key to ENCRYPTION_KEYS_RETIRED",
                ),
            };
            let message = format!("{} wraps {} data key(s); {advice}", key.id, key.data_keys);
            Finding::new("data keys", verdict, message)
        })
        .collect()
}

fn marketplaces(settings: &Settings) -> Vec<Finding> {
    let http = match HttpClient::new(&HttpSettings::default()) {
        Ok(http) => http,
        Err(error) => return vec![Finding::new("marketplaces", Verdict::Bad, chain(&error))],
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut findings = Vec::new();
    for client in clients(&marketplace_settings(settings), &http, &clock) {
        let descriptor = client.descriptor();
        for kind in descriptor.auth_kinds {
            let subject = format!("{} by {}", descriptor.marketplace, kind.auth_type);
            findings.push(if kind.is_configured() {
                Finding::new(subject, Verdict::Good, "set up")
            } else {
                let missing = kind.missing_settings.join(", ");
                let message = format!("not offered to sellers: set {missing} to offer it");
                Finding::new(subject, Verdict::Notice, message)
            });
        }
    }
    findings
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}
