use std::process::ExitCode;

use anyhow::Result;

/// Prints what every event of the log means.
pub(crate) fn logs_reference() -> Result<ExitCode> {
    super::print(&crate::logging::logs_reference())
}
