//! Secret Manager: whether it can be called, and how it would keep what we give it.

use fluxori_secret_manager::{
    Level, Replication, SecretId, SecretManager, SecretManagerError as E, Use, VersionName,
};

use super::{Finding, Verdict, account::Account, bad, permissions, trouble};
use crate::{Settings, wiring::Google};

/// What a project may write a minute, unless Google grants more: <https://cloud.google.com/secret-manager/quotas>.
const QUOTA: u32 = 600;
/// A secret that need not exist: asking what is allowed on it is the one call that needs no permission.
const PROBE: &str = "fluxori-doctor";

/// Whom to ask, as whom, and about what.
pub(super) struct Ask<'a> {
    pub(super) manager: &'a SecretManager,
    pub(super) used_as: Use,
    pub(super) account: &'a Account,
    /// A version that a credential holds.
    pub(super) known: Option<&'a VersionName>,
}

pub(super) async fn examine(ask: &Ask<'_>, settings: &Settings, google: &Google) -> Vec<Finding> {
    const SUBJECT: &str = "Secret Manager";
    let project = ask.manager.project();
    let probe = SecretId::new(PROBE).expect("letters and a hyphen");
    let secret = ask.known.map_or(&probe, |version| &version.secret);
    let wanted: Vec<_> = ask
        .used_as
        .grants()
        .filter(|grant| grant.level == Level::Secret)
        .map(|grant| grant.permission)
        .collect();
    let granted = match ask.manager.test_permissions(secret, &wanted).await {
        Ok(granted) => granted,
        // So it answers in a project that does not exist, or of which we may not know.
        Err(E::PermissionDenied { .. } | E::NotFound { .. }) => Vec::new(),
        Err(error) => return trouble(SUBJECT, &error, project.as_str()),
    };
    let mut findings = vec![Finding::new(
        SUBJECT,
        Verdict::Good,
        format!("answers for project {project}"),
    )];
    findings.extend(permissions::examine(ask, &granted).await);
    if let Some(version) = ask.known {
        findings.extend(
            ask.manager
                .check_project(version)
                .err()
                .map(|error| bad(SUBJECT, &error)),
        );
    }
    findings.extend(replication(ask, &google.replication).await);
    findings.push(quota(
        settings.google.secret_manager_writes_per_minute.get(),
    ));
    findings
}

/// Where new secrets go, and whether those that exist are there too.
async fn replication(ask: &Ask<'_>, wanted: &Replication) -> Option<Finding> {
    const SUBJECT: &str = "replication";
    let new = format!("new secrets are kept {}", described(wanted));
    let Some(known) = ask.known else {
        return Some(Finding::new(SUBJECT, Verdict::Good, new));
    };
    let details = match ask.manager.describe(&known.secret).await {
        Ok(details) => details,
        // Whether it has to be allowed is another finding.
        Err(E::PermissionDenied { .. }) => return None,
        Err(error @ E::NotFound { .. }) => {
            let message = format!(
                "{error}, and a credential names it: run `fluxori-server secrets reconcile`"
            );
            return Some(Finding::new(SUBJECT, Verdict::Bad, message));
        }
        Err(error) => return Some(bad(SUBJECT, &error)),
    };
    Some(match details.replication {
        Some(kept) if kept == *wanted => {
            let message = format!("secrets are kept {}", described(wanted));
            Finding::new(SUBJECT, Verdict::Good, message)
        }
        kept => {
            let kept = kept.map_or_else(|| "in another way".to_owned(), |kept| described(&kept));
            let message = format!(
                "{new}, but {} is kept {kept}: that cannot be changed, and `fluxori-server secrets migrate` to the database and \
                 back makes secrets anew",
                known.secret
            );
            Finding::new(SUBJECT, Verdict::Notice, message)
        }
    })
}

fn described(replication: &Replication) -> String {
    let under = |key: &Option<fluxori_secret_manager::KeyName>| {
        key.as_ref()
            .map_or_else(String::new, |key| format!(" under {key}"))
    };
    match replication {
        Replication::Automatic { cmek } => format!("wherever Google likes{}", under(cmek)),
        Replication::Regions(replicas) => {
            let regions: Vec<_> = replicas
                .iter()
                .map(|one| format!("{}{}", one.region, under(&one.cmek)))
                .collect();
            format!("in {}", regions.join(", "))
        }
    }
}

/// What is left of the quota only another API knows, and only after the fact.
fn quota(writes: u32) -> Finding {
    const SUBJECT: &str = "quota";
    let verdict = if writes > QUOTA {
        Verdict::Notice
    } else {
        Verdict::Good
    };
    let message = format!(
        "this process writes at most {writes} times a minute; a project may write {QUOTA} times unless Google granted more, for all its \
         processes together. What is left cannot be asked here: Google shows it under IAM & Admin, Quotas"
    );
    Finding::new(SUBJECT, verdict, message)
}
