//! Starting the simulated marketplaces.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::{Environment, Program};

/// Starts the program and reads what it says about itself, up to the first blank line.
pub(crate) fn start_marketplaces(program: &Path) -> Result<(Program, Environment)> {
    let mut command = Command::new(program);
    command.stdout(Stdio::piped());
    let mut program = Program::start("simulated-marketplaces", &mut command)?;
    let lines = lines_of(program.output().context("its output is a pipe")?);
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

/// Reads lines as they come, to the end, so that the program never waits for a reader.
fn lines_of(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens after the first blank line, and reading goes on all the same.
            let _ = sender.send(line);
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_the_first_blank_one() {
        let lines = lines_of("A=1\nB=2\n\nrunning\n".as_bytes());
        let told: Vec<_> = lines.iter().take_while(|line| !line.is_empty()).collect();
        assert_eq!(told, ["A=1", "B=2"]);
    }
}
