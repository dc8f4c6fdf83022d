//! What depends on which key and which store.

use fluxori_domain::{Backend, ports::SecretMoves as _};
use fluxori_persistence::Database;
use fluxori_vault::{Keyring, MasterKeyRole, survey_master_keys};

use super::{Finding, Verdict, bad};
use crate::StartError;

/// Whether migrations and listeners come to the same database as everybody else.
pub(super) async fn past_the_pooler(database: &Database) -> Option<Finding> {
    const SUBJECT: &str = "database, past the pooler";
    Some(match database.try_direct().await? {
        Ok(()) => Finding::new(SUBJECT, Verdict::Good, "the same database"),
        Err(error) => bad(SUBJECT, &error),
    })
}

/// What each master key wraps.
pub(super) async fn data_keys(keyring: &Keyring, database: &Database) -> Vec<Finding> {
    let uses = match survey_master_keys(keyring, database).await {
        Ok(uses) => uses,
        Err(error) => return vec![bad("data keys", &error)],
    };
    uses.into_iter()
        .map(|key| {
            let (verdict, advice) = match key.role {
                MasterKeyRole::Active if key.withdrawn_at.is_some() => (
                    Verdict::Bad,
                    "withdrawn by `keys retire`: give this process the key that the others have",
                ),
                MasterKeyRole::Active => (Verdict::Good, "the master key in use"),
                MasterKeyRole::Retired if key.data_keys == 0 => (
                    Verdict::Notice,
                    "retired and not needed: remove it from ENCRYPTION_KEYS_RETIRED",
                ),
                MasterKeyRole::Retired => (Verdict::Good, "retired, still needed"),
                MasterKeyRole::Withdrawn => (Verdict::Good, "withdrawn"),
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

/// Whether each store that keeps secrets is set up: the database, and Secret Manager.
pub(super) async fn secrets(
    database: &Database,
    (has_keys, has_project): (bool, bool),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for backend in Backend::ALL {
        let is_set_up = match backend {
            Backend::Database => has_keys,
            Backend::GoogleSecretManager => has_project,
        };
        findings.push(match database.count(*backend, None).await {
            Err(error) => bad("secrets", &error),
            Ok(0) => continue,
            Ok(_) if !is_set_up => bad(
                "secrets",
                &StartError::HomelessSecrets { backend: *backend },
            ),
            Ok(count) => Finding::new(
                "secrets",
                Verdict::Good,
                format!("{count} credential(s) in {backend}"),
            ),
        });
    }
    findings
}
