//! Starting the fake of Google.

use std::{path::Path, process::Command, sync::mpsc::RecvTimeoutError, time::Duration};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Environment, Program};

/// What the fake of Google says about itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SimulatedGoogle {
    /// The settings that point a server at it.
    pub(crate) environment: Environment,
    /// Where it takes orders, and tells what lies there.
    pub(crate) control: String,
}

impl SimulatedGoogle {
    fn read(line: &str) -> Result<Self> {
        let told: Value = serde_json::from_str(line)?;
        let settings = told["environment"].as_object().context("no environment")?;
        let mut environment = Environment::default();
        for (name, value) in settings {
            environment.set(name, value.as_str().context("a setting is no text")?);
        }
        let control = told["endpoints"]["control"].as_str();
        Ok(Self {
            environment,
            control: control.context("no address for orders")?.to_owned(),
        })
    }
}

/// Starts the program, which writes the key of a service account to `key_file`, and reads what it says about itself.
pub(crate) fn start_google(program: &Path, key_file: &Path) -> Result<(Program, SimulatedGoogle)> {
    let mut command = Command::new(program);
    command.arg("--key-file").arg(key_file);
    let (mut program, lines) = Program::start_speaking("simulated-google", &mut command)?;
    match lines.recv_timeout(Duration::from_secs(20)) {
        Ok(line) => {
            let google = SimulatedGoogle::read(&line);
            Ok((program, google.context("what it says is not understood")?))
        }
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            program.check_running()?;
            bail!("the simulated Google does not say where it is");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_program_is_understood() {
        let line = r#"{"environment":{"KMS_URL":"http://127.0.0.1:2"},"endpoints":{"control":"http://127.0.0.1:1/control"}}"#;
        let google = SimulatedGoogle::read(line).unwrap();
        assert_eq!(google.control, "http://127.0.0.1:1/control");
        assert_eq!(
            google.environment.value("KMS_URL").unwrap(),
            "http://127.0.0.1:2"
        );
        assert!(SimulatedGoogle::read("listening").is_err());
        assert!(SimulatedGoogle::read(r#"{"environment":{}}"#).is_err());
    }
}
