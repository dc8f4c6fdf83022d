//! Starting simulations that say in lines of `NAME=VALUE` where they are.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Result, bail};

use super::{Environment, Program};

/// Starts the simulated marketplaces and reads what they say about themselves.
pub(crate) fn start_marketplaces(program: &Path) -> Result<(Program, Environment)> {
    start_telling("simulated-marketplaces", program)
}

/// Starts a simulation and reads what it says about itself, up to the first blank line.
pub(crate) fn start_telling(name: &'static str, program: &Path) -> Result<(Program, Environment)> {
    let (mut program, lines) = Program::start_speaking(name, &mut Command::new(program))?;
    let mut told = Environment::default();
    while let Ok(line) = lines.recv_timeout(Duration::from_secs(20)) {
        if line.is_empty() {
            return Ok((program, told));
        }
        told.take_line(&line);
    }
    program.check_running()?;
    bail!("{name} does not say where it is")
}
