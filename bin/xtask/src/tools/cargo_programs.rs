//! Programs beside cargo, each installed once a machine.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    process::{run, succeeds},
    terminal, workspace,
};

/// A command of cargo-deny.
pub(crate) fn cargo_deny() -> Result<Command> {
    installed("cargo-deny", "0.20.2")
}

/// A command of cargo-fuzz.
pub(crate) fn cargo_fuzz() -> Result<Command> {
    installed("cargo-fuzz", "0.13.2")
}

/// A command of cargo-semver-checks.
pub(crate) fn cargo_semver_checks() -> Result<Command> {
    installed("cargo-semver-checks", "0.51.0")
}

/// The program on PATH, the one a task installed before, or one installed now.
fn installed(name: &str, version: &str) -> Result<Command> {
    let folder = workspace::tools_folder()?;
    let own = folder.join("bin").join(name);
    for program in [PathBuf::from(name), own.clone()] {
        if succeeds(Command::new(&program).arg("--version")) {
            return Ok(in_workspace(program));
        }
    }
    println!(
        "{name} is missing: installing it into {}, which takes minutes, once",
        folder.display()
    );
    terminal::step(&format!("install {name}"), || {
        run(workspace::cargo()
            .args(["install", "--locked", "--quiet", name, "--version", version])
            // Unoptimised: half the time to build, and still seconds to run.
            .arg("--debug")
            .arg("--root")
            .arg(&folder)
            // A folder of its own for the build, so that it never waits for ours.
            .env_remove("CARGO_TARGET_DIR"))
    })?;
    Ok(in_workspace(own))
}

fn in_workspace(program: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}
