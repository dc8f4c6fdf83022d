//! Starting the simulated marketplaces.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Result, bail};

use super::{Environment, Program};

/// Starts the program and reads what it says about itself, up to the first blank line.
pub(crate) fn start_marketplaces(program: &Path) -> Result<(Program, Environment)> {
    let (mut program, lines) =
        Program::start_speaking("simulated-marketplaces", &mut Command::new(program))?;
    let mut told = Environment::default();
    while let Ok(line) = lines.recv_timeout(Duration::from_secs(20)) {
        if line.is_empty() {
            return Ok((program, told));
        }
        told.take_line(&line);
    }
    program.check_running()?;
    bail!("the simulated marketplaces do not say where they are")
}
