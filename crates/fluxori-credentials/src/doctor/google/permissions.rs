//! Which permissions this process has in the project, and which it needs.

use fluxori_secret_manager::{Grant, Level, SecretManagerError as E, Service, Use};

use super::{Finding, Verdict, allow, enable, secrets::Ask, trouble};

const SUBJECT: &str = "permissions";

/// Compares what is granted with what the use needs. `on_secret` is what is granted on the known secret, if there is one.
pub(super) async fn examine(ask: &Ask<'_>, on_secret: &[&'static str]) -> Vec<Finding> {
    let project = ask.manager.project();
    let wanted: Vec<Grant> = ask.used_as.grants().collect();
    let mut names: Vec<_> = wanted.iter().map(|grant| grant.permission).collect();
    let lists = fluxori_secret_manager::Operation::ListSecrets.permission();
    if !names.contains(&lists) {
        names.push(lists);
    }
    let on_project = match ask.manager.test_project_permissions(&names).await {
        Ok(granted) => granted,
        Err(E::ApiNotEnabled {
            service: Service::ResourceManager,
        }) => return without_resource_manager(ask, &wanted, on_secret),
        // That it may not even be asked is what Google says of a project that does not exist.
        Err(E::PermissionDenied { .. } | E::NotFound { .. }) => Vec::new(),
        Err(error) => return trouble(SUBJECT, &error, project.as_str()),
    };
    if on_project.is_empty() && on_secret.is_empty() {
        let message = format!(
            "project {project} does not exist, or this account may do nothing there: check GCP_PROJECT_ID, and allow what \
             {} needs",
            name(ask.used_as)
        );
        let mut findings = vec![Finding::new(SUBJECT, Verdict::Bad, message)];
        findings.extend(allow(ask.used_as, project, ask.account));
        return findings;
    }
    let is_missing = |grant: &&Grant| {
        let is_on_secret = grant.level == Level::Secret && on_secret.contains(&grant.permission);
        !on_project.contains(&grant.permission) && !is_on_secret
    };
    let missing: Vec<&Grant> = wanted.iter().filter(is_missing).collect();
    let mut findings = verdicts(ask, &wanted, &missing);
    if ask.used_as == Use::Server {
        let message = if on_project.contains(&lists) {
            "this account may do it"
        } else {
            "another account has to do it, for this one may not list secrets and need not; `doctor --as reconciler` says what that \
             one needs"
        };
        findings.push(Finding::new("secrets reconcile", Verdict::Good, message));
    }
    findings
}

/// One finding a missing permission, and how to grant all of them.
fn verdicts(ask: &Ask<'_>, wanted: &[Grant], missing: &[&Grant]) -> Vec<Finding> {
    if missing.is_empty() {
        let names: Vec<_> = wanted.iter().map(|grant| grant.permission).collect();
        let message = format!("all that {} needs: {}", name(ask.used_as), names.join(", "));
        return vec![Finding::new(SUBJECT, Verdict::Good, message)];
    }
    let mut findings: Vec<_> = missing
        .iter()
        .map(
            |Grant {
                 permission, role, ..
             }| {
                let message = format!("{permission} is missing; {role} has it");
                Finding::new(SUBJECT, Verdict::Bad, message)
            },
        )
        .collect();
    findings.extend(allow(ask.used_as, ask.manager.project(), ask.account));
    findings
}

/// What can be said when the project itself cannot be asked.
fn without_resource_manager(
    ask: &Ask<'_>,
    wanted: &[Grant],
    on_secret: &[&'static str],
) -> Vec<Finding> {
    let mut findings = vec![
        Finding::new(
            SUBJECT,
            Verdict::Notice,
            "the project cannot be asked: Resource Manager is not enabled there, and only this check needs it",
        ),
        enable(Service::ResourceManager, ask.manager.project().as_str()),
    ];
    if ask.known.is_some() {
        let is_missing =
            |grant: &&Grant| grant.level == Level::Secret && !on_secret.contains(&grant.permission);
        let missing: Vec<&Grant> = wanted.iter().filter(is_missing).collect();
        if !missing.is_empty() {
            findings.extend(verdicts(ask, wanted, &missing));
        }
    }
    findings
}

const fn name(used_as: Use) -> &'static str {
    match used_as {
        Use::Server => "a server",
        Use::Adapter => "an adapter",
        Use::Reconciler => "a reconciler",
        Use::KeyUser => "a user of keys",
    }
}
