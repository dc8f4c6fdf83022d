use std::{
    fmt::Write,
    io::{IsTerminal as _, stdin},
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::Args;
use fluxori_credentials::{Forgotten, OrganizationContents, OrganizationId, Wiring};

use crate::commands::progress::Progress;

/// Whom to forget.
#[derive(Debug, Args)]
pub(crate) struct ForgetArguments {
    /// The organization.
    #[arg(value_name = "ID")]
    organization: OrganizationId,
    /// Forget it. Without it, what would go is only counted.
    #[arg(long)]
    yes: bool,
    /// The organization once more, which is asked for on a terminal otherwise. Needed while it has connections.
    #[arg(long, value_name = "ID")]
    confirm: Option<String>,
    /// Leave its audit events.
    #[arg(long)]
    keep_audit: bool,
}

/// Removes everything of an organization.
pub(crate) fn forget(arguments: &ForgetArguments) -> Result<ExitCode> {
    let (report, code) = crate::commands::with_wiring(async |wiring| {
        let done = carry_out(&wiring, arguments).await;
        wiring.shutdown().await;
        done
    })?;
    crate::commands::print(&report)?;
    Ok(code)
}

async fn carry_out(wiring: &Wiring, arguments: &ForgetArguments) -> Result<(String, ExitCode)> {
    let (removal, organization) = (wiring.removal(), &arguments.organization);
    let contents = removal.contents(organization).await?;
    if !arguments.yes {
        let report = describe(&contents, arguments.keep_audit)?;
        let end = "nothing was changed; --yes removes it for ever\n";
        return Ok((report + end, ExitCode::SUCCESS));
    }
    if contents.connections > 0 {
        confirm(arguments, contents.connections)?;
    }
    let progress = Progress::new("removing rows", None);
    let told = |count| progress.reached(count);
    let keep = arguments.keep_audit;
    let forgotten = wiring
        .connections()
        .forget(&*removal, organization, keep, told)
        .await;
    progress.finish();
    let forgotten = forgotten?;
    let code = if is_over(&forgotten, arguments.keep_audit) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    Ok((tell(&forgotten, arguments.keep_audit)?, code))
}

/// Who forgets an organization that is in use has to say which one, twice.
fn confirm(arguments: &ForgetArguments, connections: u64) -> Result<()> {
    let asked = arguments.organization.as_str();
    let said = match &arguments.confirm {
        Some(said) => said.clone(),
        None if stdin().is_terminal() => {
            let question =
                format!("{asked} has {connections} connection(s). Type its id to forget it: ");
            crate::commands::print(&question)?;
            let mut line = String::new();
            stdin().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        }
        None => bail!(
            "{asked} has {connections} connection(s): repeat its id with --confirm; nothing was changed"
        ),
    };
    if said != asked {
        bail!("that is another id than {asked}; nothing was changed");
    }
    Ok(())
}

fn describe(contents: &OrganizationContents, keep_audit: bool) -> Result<String> {
    let mut text = String::new();
    let rows = [
        ("connection(s)", contents.connections),
        (
            "deleted connection(s) that are being cleared up",
            contents.tombstones,
        ),
        ("credential(s)", contents.credentials),
        ("data key(s)", contents.data_keys),
        ("consent(s) under way", contents.flows),
        ("session(s) of the page", contents.sessions),
        ("key(s) of requests", contents.idempotency_keys),
        (
            "secret(s) to be destroyed outside the database",
            contents.loose_secrets,
        ),
    ];
    for (name, count) in rows {
        writeln!(text, "{count:>9} {name}")?;
    }
    let stay = if keep_audit { ", which stay" } else { "" };
    writeln!(text, "{:>9} audit event(s){stay}", contents.audit_events)?;
    Ok(text)
}

/// Whether everything that could go went.
const fn is_over(forgotten: &Forgotten, keep_audit: bool) -> bool {
    let left = &forgotten.left;
    let rows = left.connections + left.tombstones + left.credentials + left.data_keys;
    let others = left.flows + left.sessions + left.idempotency_keys;
    rows == 0 && others == 0 && (keep_audit || left.audit_events == 0)
}

fn tell(forgotten: &Forgotten, keep_audit: bool) -> Result<String> {
    let mut text = String::new();
    writeln!(
        text,
        "{} data key(s) destroyed; {} credential(s) with their connections, {} other row(s) and {} audit event(s) removed",
        forgotten.data_keys, forgotten.credentials, forgotten.others, forgotten.audit_events
    )?;
    if forgotten.left.loose_secrets > 0 {
        writeln!(
            text,
            "{} secret(s) outside the database are still to be destroyed: housekeeping does so within minutes",
            forgotten.left.loose_secrets
        )?;
    }
    if !is_over(forgotten, keep_audit) {
        text.push_str("somebody stored more meanwhile; run this again:\n");
        text += &describe(&forgotten.left, keep_audit)?;
    }
    Ok(text)
}
