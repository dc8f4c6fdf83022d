//! Looks at everything that can be looked at and says what to mend.

use std::sync::Arc;

use fluxori_domain::{Clock, ConnectMethod, Marketplace, SystemClock};
use fluxori_marketplaces::{HttpClient, HttpSettings, clients};
use fluxori_persistence::Database;
use fluxori_vault::{Keyring, MasterKeyRole, survey_master_keys};

use crate::{
    SecretExpiry, Settings, StartError,
    wiring::{Google, consent_settings, database_settings, keyring, marketplace_settings},
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
    let keyring = match master_keys(settings) {
        Ok(keyring) => {
            let message = keyring.as_ref().map_or_else(
                || "none, and none is needed: new secrets go to Secret Manager".to_owned(),
                |keyring| format!("in use: {}", keyring.active_id()),
            );
            findings.push(Finding::new("master key", Verdict::Good, message));
            keyring
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
    findings.extend(consents(settings));
    findings.extend(secrets(settings));
    findings
}

/// The master keys that the settings name.
fn master_keys(settings: &Settings) -> Result<Option<Keyring>, StartError> {
    let http = HttpClient::new(&HttpSettings::default())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    keyring(&settings.secrets, &Google::new(settings, &http, &clock)?)
}

/// Where browsers come back to. That the addresses themselves are good was checked when the settings were read.
fn consents(settings: &Settings) -> Vec<Finding> {
    let consents = consent_settings(settings);
    let missing: Vec<&str> = [
        ("PUBLIC_URL", consents.public_url.is_none()),
        ("RETURN_ADDRESSES", consents.return_addresses.is_empty()),
    ]
    .into_iter()
    .filter_map(|(name, is_missing)| is_missing.then_some(name))
    .collect();
    let Some(public_url) = consents.public_url.filter(|_| missing.is_empty()) else {
        let message = format!(
            "sellers cannot connect in the browser: set {} to let them",
            missing.join(", ")
        );
        return vec![Finding::new("browser", Verdict::Notice, message)];
    };
    let base = public_url.as_str().trim_end_matches('/');
    let pages: Vec<_> = consents
        .return_addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    let message = format!(
        "sellers come back to {base}, and then to {}",
        pages.join(", ")
    );
    let mut findings = vec![Finding::new("browser", Verdict::Good, message)];
    for (marketplace, addresses) in [
        (
            Marketplace::Amazon,
            format!(
                "OAuth redirect URI {base}/api/oauth/amazon/callback, OAuth login URI {base}/api/oauth/amazon/start"
            ),
        ),
        (
            Marketplace::Shopify,
            format!(
                "redirect URL {base}/api/oauth/shopify/callback, app URL {base}/api/oauth/shopify/start, \
                 webhooks {base}/api/webhooks/shopify"
            ),
        ),
        (
            Marketplace::Xero,
            format!("redirect URI {base}/api/oauth/xero/callback"),
        ),
    ] {
        let subject = format!("register at {marketplace}");
        findings.push(Finding::new(subject, Verdict::Good, addresses));
    }
    findings
}

/// Our own secrets that run out.
fn secrets(settings: &Settings) -> Vec<Finding> {
    let now = SystemClock.now();
    let secrets = SecretExpiry::all_of(settings).into_iter();
    secrets
        .map(|secret| {
            let verdict = match secret.warning(now) {
                Some(_) if secret.at <= now => Verdict::Bad,
                Some(_) => Verdict::Notice,
                None => Verdict::Good,
            };
            Finding::new("application secret", verdict, secret.sentence(now))
        })
        .collect()
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
            let subject = match kind.method {
                ConnectMethod::Consent => format!("{} in the browser", descriptor.marketplace),
                ConnectMethod::Form => format!("{} by {}", descriptor.marketplace, kind.auth_type),
            };
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
