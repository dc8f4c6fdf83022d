use std::{fmt::Write, process::ExitCode};

use anyhow::Result;
use fluxori_credentials::{Finding, Settings, Values, Verdict, examine};

use crate::commands::serve::api_settings;

/// Examines everything that can be examined and says what to mend.
pub(crate) fn doctor() -> Result<ExitCode> {
    let values = Values::from_env()?;
    let mut findings = super::block_on(examine(&Settings::load(&values)?))?;
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
