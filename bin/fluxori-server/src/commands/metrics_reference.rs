use std::process::ExitCode;

use anyhow::Result;

/// Prints what every metric says.
pub(crate) fn metrics_reference() -> Result<ExitCode> {
    super::print(&crate::metrics::metrics_reference())
}
