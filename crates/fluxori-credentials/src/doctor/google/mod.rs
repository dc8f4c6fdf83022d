//! Google Cloud: who we are there, and whether everything is set up that the settings want.

mod account;
mod keys;
mod permissions;
mod secrets;

use fluxori_domain::{Backend, ports::SecretMoves as _};
use fluxori_marketplaces::HttpClient;
use fluxori_persistence::Database;
use fluxori_secret_manager::{ProjectId, SecretManagerError, Service, Use, VersionName};

use super::{Finding, Verdict, bad, chain, run};
use crate::{
    Settings, StartError,
    wiring::{Google, token_settings},
};
use account::Account;

/// Looks at Secret Manager and Cloud KMS, if the settings name something there. `known` is a version that a credential holds.
pub(super) async fn examine(
    settings: &Settings,
    google: &Google,
    http: &HttpClient,
    used_as: Use,
    known: Option<VersionName>,
) -> Vec<Finding> {
    let keys = keys::named(settings);
    if google.secrets.is_none() && settings.secrets.use_secret_manager {
        return vec![bad("Google Cloud", &StartError::NoProject)];
    }
    if google.secrets.is_none() && keys.is_empty() {
        return Vec::new();
    }
    // Everything else needs a token, so nothing else is asked without one.
    if let Err(error) = google.tokens.token().await {
        return vec![bad("Google account", &error)];
    }
    let account = Account::find(&token_settings(), http.pool()).await;
    let mut findings = vec![Finding::new(
        "Google account",
        Verdict::Good,
        account.describe(),
    )];
    if let Some(manager) = &google.secrets {
        let ask = secrets::Ask {
            manager,
            used_as,
            account: &account,
            known: known.as_ref(),
        };
        findings.extend(secrets::examine(&ask, settings, google).await);
    }
    findings.extend(keys::examine(keys, settings, google, &account, known.is_some()).await);
    findings
}

/// A version that a credential holds.
pub(super) async fn known_secret(database: &Database) -> Option<VersionName> {
    let residents = database.residents(Backend::GoogleSecretManager, None, None, 1);
    // Whether the database answers is another finding.
    let credential = residents.await.ok()?.pop()?;
    credential.secret.value.parse().ok()
}

/// What an error of Google's means to an operator, with the line that mends it where one does.
fn trouble(subject: &str, error: &SecretManagerError, project: &str) -> Vec<Finding> {
    use SecretManagerError as E;
    let mut findings = vec![bad(subject, error)];
    match error {
        E::ApiNotEnabled { service } => findings.push(enable(*service, project)),
        E::BillingDisabled => findings.push(run(format!(
            "gcloud billing projects link {project} --billing-account=ACCOUNT_ID"
        ))),
        _ => {}
    }
    findings
}

/// The line that switches a service on.
fn enable(service: Service, project: &str) -> Finding {
    run(format!(
        "gcloud services enable {} --project={project}",
        service.name()
    ))
}

/// The lines that let `account` do what a use needs.
fn allow(used_as: Use, project: &ProjectId, account: &Account) -> Vec<Finding> {
    let lines = used_as.gcloud_lines(project, &account.member());
    lines.into_iter().map(run).collect()
}
