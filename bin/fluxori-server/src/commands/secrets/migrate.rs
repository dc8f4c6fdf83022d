use std::{fmt::Write, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use fluxori_credentials::{Backend, Move, OrganizationId, Wiring};

use crate::commands::progress::Progress;

/// How long the old copies are waited for: readers may hold them for a minute, and a copy that a killed run began to
/// write is cleared away after two.
const PATIENCE: Duration = Duration::from_mins(4);

const LOOK: Duration = Duration::from_secs(2);

/// Where secrets are moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Destination {
    /// Google Secret Manager.
    Gcp,
    /// The database, sealed.
    Database,
}

impl From<Destination> for Backend {
    fn from(destination: Destination) -> Self {
        match destination {
            Destination::Gcp => Self::GoogleSecretManager,
            Destination::Database => Self::Database,
        }
    }
}

/// What to move where.
#[derive(Debug, Args)]
pub(crate) struct MigrateArguments {
    /// Where to.
    #[arg(long)]
    to: Destination,
    /// Only the secrets of this organization.
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
    /// Say how many would be moved, and move none.
    #[arg(long)]
    dry_run: bool,
    /// Leave the old copies to the server's housekeeping instead of waiting until they are destroyed.
    #[arg(long)]
    no_wait: bool,
}

/// Moves secrets from one store to the other while everything goes on.
pub(crate) fn migrate(arguments: &MigrateArguments) -> Result<ExitCode> {
    let organization = arguments
        .organization
        .as_deref()
        .map(OrganizationId::new)
        .transpose()
        .context("--organization")?;
    let order = Move {
        to: arguments.to.into(),
        organization,
    };
    let (report, code) = crate::commands::with_wiring(async |wiring| {
        if arguments.dry_run {
            return Ok((foretell(&wiring, &order).await?, ExitCode::SUCCESS));
        }
        let (mut report, code) = carry_out(&wiring, &order).await?;
        if !arguments.no_wait {
            report.push_str(clear_up(&wiring).await?);
        }
        wiring.shutdown().await;
        Ok((report, code))
    })?;
    crate::commands::print(&report)?;
    Ok(code)
}

async fn foretell(wiring: &Wiring, order: &Move) -> Result<String> {
    let count = wiring.connections().count_movable(order).await?;
    Ok(format!(
        "{count} credential(s) would be moved to {}; nothing was changed\n",
        order.to
    ))
}

async fn carry_out(wiring: &Wiring, order: &Move) -> Result<(String, ExitCode)> {
    let total = wiring.connections().count_movable(order).await?;
    let progress = Progress::new("moving secrets", Some(total));
    let moved = wiring
        .connections()
        .move_secrets(order, |count| progress.reached(count))
        .await;
    progress.finish();
    let moved = moved?;
    let mut report = format!("{} credential(s) moved to {}\n", moved.moved, order.to);
    if moved.gone > 0 {
        writeln!(
            report,
            "{} credential(s) were deleted or moved by somebody else meanwhile",
            moved.gone
        )?;
    }
    let all_moved = moved.failed.is_empty();
    for (credential, error) in moved.failed {
        let error = anyhow::Error::new(error);
        writeln!(report, "NOT moved: {credential}: {error:#}")?;
    }
    let code = if all_moved {
        ExitCode::SUCCESS
    } else {
        report.push_str("the credentials named above stay where they were; run this again when their trouble is mended\n");
        ExitCode::FAILURE
    };
    Ok((report, code))
}

/// Waits until the old copies are destroyed.
async fn clear_up(wiring: &Wiring) -> Result<&'static str> {
    let progress = Progress::new("destroying the old copies", None);
    let mut destroyed = 0;
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            destroyed += wiring.connections().sweep().await?.settled as u64;
            progress.reached(destroyed);
            if wiring.connections().is_swept(PATIENCE).await? {
                return Ok::<_, anyhow::Error>(());
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    let waited = waited.await;
    progress.finish();
    Ok(match waited {
        Ok(result) => {
            result?;
            "the old copies are destroyed\n"
        }
        Err(_) => "some old copies are not destroyed yet; the server's housekeeping goes on\n",
    })
}
