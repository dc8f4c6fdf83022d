use std::{fmt::Write, process::ExitCode};

use anyhow::Result;
use clap::{Args, ValueEnum};
use fluxori_credentials::{Finding, GoogleUse, Settings, Values, Verdict, examine};

use crate::api_settings::api_settings;

/// As whom to look at Google Cloud.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Whose permissions at Google to check: run it as the account that does this.
    #[arg(long = "as", value_name = "ROLE", default_value = "server")]
    role: Role,
}

/// Who calls Google.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// This server, which makes, reads and destroys secrets.
    Server,
    /// A marketplace adapter, which reads secrets and renews tokens.
    Adapter,
    /// `secrets reconcile`, which lists and destroys secrets and reads none.
    Reconciler,
}

impl From<Role> for GoogleUse {
    fn from(role: Role) -> Self {
        match role {
            Role::Server => Self::Server,
            Role::Adapter => Self::Adapter,
            Role::Reconciler => Self::Reconciler,
        }
    }
}

/// Examines everything that can be examined and says what to mend.
pub(crate) fn doctor(arguments: &DoctorArguments) -> Result<ExitCode> {
    let values = Values::from_env()?;
    let mut findings = super::block_on(examine(&Settings::load(&values)?, arguments.role.into()))?;
    findings.push(match api_settings(&values) {
        Ok(_) => Finding::new("HTTP server", Verdict::Good, "the settings can be used"),
        Err(error) => Finding::new("HTTP server", Verdict::Bad, format!("{error:#}")),
    });
    let healthy = findings
        .iter()
        .all(|finding| finding.verdict != Verdict::Bad);

    let mut report = String::new();
    for Finding {
        subject,
        verdict,
        message,
    } in &findings
    {
        let mark = match verdict {
            Verdict::Good => "ok  ",
            Verdict::Notice => "note",
            Verdict::Bad => "BAD ",
        };
        writeln!(report, "{mark}  {subject}: {message}")?;
    }
    super::print(&report)?;
    Ok(if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
