use std::{fmt::Write, process::ExitCode, sync::Arc};

use anyhow::Result;
use fluxori_credentials::{
    Clock, KeySurvey, LogSection, MasterKeyRole, MasterKeyUse, Settings, SystemClock, Values,
    survey_keys,
};

/// Lists master keys, and what still needs them. Works though the keys do not fit the database.
pub(crate) fn list() -> Result<ExitCode> {
    let values = Values::from_env()?;
    crate::logging::start(&LogSection::load(&values)?)?;
    let settings = Settings::load(&values)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let survey = crate::commands::block_on(survey_keys(&settings, &clock))??;
    crate::commands::print(&report(&survey, &*clock)?)
}

fn report(survey: &KeySurvey, clock: &dyn Clock) -> Result<String> {
    let mut report = String::new();
    if survey.master_keys.is_empty() {
        report.push_str("the settings name no master key\n");
    } else {
        writeln!(
            report,
            "{:<16}  {:<9}  {:>9}  {:>11}  kept by",
            "master key", "role", "data keys", "oldest"
        )?;
    }
    for key in &survey.master_keys {
        let age = match key.oldest {
            Some(oldest) => format!("{} day(s)", (clock.now() - oldest).num_days()),
            None => "-".to_owned(),
        };
        writeln!(
            report,
            "{:<16}  {:<9}  {:>9}  {age:>11}  {}",
            key.id.as_str(),
            role(key),
            key.data_keys,
            kept_by(key)
        )?;
    }
    let sealed = survey.sealed;
    writeln!(
        report,
        "{} active data key(s), {} inactive; {} credential(s) sealed in the database, {} of them by inactive data keys",
        sealed.active_keys, sealed.inactive_keys, sealed.credentials, sealed.by_inactive
    )?;
    Ok(report)
}

const fn role(key: &MasterKeyUse) -> &'static str {
    match key.role {
        MasterKeyRole::Active if key.withdrawn_at.is_some() => "WITHDRAWN",
        MasterKeyRole::Active => "active",
        MasterKeyRole::Retired => "retired",
        MasterKeyRole::Missing => "MISSING",
        MasterKeyRole::Withdrawn => "withdrawn",
    }
}

fn kept_by(key: &MasterKeyUse) -> &str {
    match key.role {
        MasterKeyRole::Active if key.withdrawn_at.is_some() => {
            "an old setting: give this process the key that the others have"
        }
        MasterKeyRole::Active | MasterKeyRole::Retired => super::place(key),
        MasterKeyRole::Missing => {
            "nobody: add it to ENCRYPTION_KEYS_RETIRED or ENCRYPTION_KMS_KEYS_RETIRED"
        }
        MasterKeyRole::Withdrawn => "nobody here",
    }
}
