//! Looks at everything that can be looked at and says what to mend.

mod database;
mod google;
mod marketplaces;
mod page;

use std::sync::Arc;

use fluxori_domain::{Clock, SystemClock};
use fluxori_marketplaces::{HttpClient, HttpSettings};
use fluxori_persistence::Database;
use fluxori_secret_manager::Use;

use crate::{
    Settings, StartError,
    wiring::{Google, database_settings, keyring},
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

/// Examines master keys, database, Google Cloud as whoever does `used_as` there, and marketplaces. Changes nothing.
pub async fn examine(settings: &Settings, used_as: Use) -> Vec<Finding> {
    let mut findings = Vec::new();
    let http = match HttpClient::new(&HttpSettings::default()) {
        Ok(http) => http,
        Err(error) => return vec![bad("HTTP", &StartError::Http(error))],
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let google = match Google::new(settings, &http, &clock) {
        Ok(google) => Some(google),
        Err(error) => {
            findings.push(bad("Google Cloud", &error));
            None
        }
    };
    let keyring = google.as_ref().and_then(|google| {
        let keyring = keyring(&settings.secrets, google);
        let keyring = keyring.inspect_err(|error| findings.push(bad("master key", error)));
        let keyring = keyring.ok()?;
        let message = keyring.as_ref().map_or_else(
            || "none, and none is needed: new secrets go to Secret Manager".to_owned(),
            |keyring| format!("in use: {}", keyring.active_id()),
        );
        findings.push(Finding::new("master key", Verdict::Good, message));
        keyring
    });
    let database = match Database::connect(&database_settings(&settings.database)).await {
        Ok(database) => {
            let description = database.description();
            findings.push(Finding::new("database", Verdict::Good, description));
            Some(database)
        }
        Err(error) => {
            findings.push(bad("database", &error));
            None
        }
    };
    if let Some(database) = &database {
        findings.extend(database::past_the_pooler(database).await);
        if let Some(keyring) = &keyring {
            findings.extend(database::data_keys(keyring, database).await);
        }
        let has_stores = (keyring.is_some(), settings.google.project_id.is_some());
        findings.extend(database::secrets(database, has_stores).await);
    }
    if let Some(google) = &google {
        let known = match &database {
            Some(database) => google::known_secret(database).await,
            None => None,
        };
        findings.extend(google::examine(settings, google, &http, used_as, known).await);
    }
    findings.extend(marketplaces::forms(settings, &http, &clock));
    findings.extend(marketplaces::consents(settings));
    findings.extend(marketplaces::secrets(settings));
    findings.extend(page::page(settings));
    findings
}

/// Something that failed, with its causes.
fn bad(subject: impl Into<String>, error: &dyn std::error::Error) -> Finding {
    Finding::new(subject, Verdict::Bad, chain(error))
}

/// A line for a shell that mends what was found before.
fn run(line: impl Into<String>) -> Finding {
    Finding::new("run", Verdict::Notice, line)
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
