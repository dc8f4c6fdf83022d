//! cargo-deny, installed once a machine.

use std::{ffi::OsString, path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    process::{run, succeeds},
    terminal, workspace,
};

const VERSION: &str = "0.20.2";

/// A command of cargo-deny: the one on PATH, the one a task installed before, or one installed now.
pub(crate) fn cargo_deny() -> Result<Command> {
    let folder = workspace::tools_folder()?;
    let own = folder.join("bin/cargo-deny");
    for program in [PathBuf::from("cargo-deny"), own.clone()] {
        if succeeds(Command::new(&program).arg("--version")) {
            return Ok(in_workspace(program.into()));
        }
    }
    println!(
        "cargo-deny is missing: installing it into {}, which takes minutes, once",
        folder.display()
    );
    terminal::step("install cargo-deny", || {
        run(workspace::cargo()
            .args([
                "install",
                "--locked",
                "--quiet",
                "cargo-deny",
                "--version",
                VERSION,
            ])
            // Unoptimised: half the time to build, and still seconds to run.
            .arg("--debug")
            .arg("--root")
            .arg(&folder)
            // A folder of its own for the build, so that it never waits for ours.
            .env_remove("CARGO_TARGET_DIR"))
    })?;
    Ok(in_workspace(own.into()))
}

fn in_workspace(program: OsString) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}
