//! Links that sign a developer in to the page of a running server.

use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{Environment, Instance};
use crate::{process, workspace};

/// What prints a link that is good once, within a day.
const COMMAND: [&str; 7] = [
    "sign-in-link",
    "--user",
    "dev-user",
    "--organization",
    "dev-org",
    "--minutes",
    "1440",
];

/// The settings with which a server has its page at its own address, and lets people in by link.
pub(crate) fn page_settings(instance: &Instance) -> Environment {
    let mut settings = Environment::default();
    settings.set("PUBLIC_URL", instance.url());
    settings.set("SIGN_IN_LINKS", "true");
    settings
}

/// A fresh link for the server of `instance`, whose settings are kept so that [`link_at`] finds them.
pub(crate) fn make_link(instance: &Instance) -> Result<String> {
    let file = settings_of(workspace::root(), instance.address().port());
    let folder = file.parent().context("a file lies in a folder")?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    instance.environment().write(&file)?;
    let mut command = instance.command(COMMAND[0]);
    capture_line(command.args(&COMMAND[1..]))
}

/// A fresh link for the server that was started on this port.
pub(crate) fn link_at(port: u16, server: &Path) -> Result<String> {
    let file = settings_of(workspace::root(), port);
    ensure!(
        file.exists(),
        "no server was started on port {port} by `cargo xtask dev` or `demo`"
    );
    capture_line(
        Command::new("sh")
            .args(["-c", ". \"$0\" && exec \"$@\""])
            .args([&file, server])
            .args(COMMAND)
            .current_dir(workspace::root()),
    )
}

fn settings_of(root: &Path, port: u16) -> PathBuf {
    root.join(format!(".fluxori/servers/{port}.env"))
}

fn capture_line(command: &mut Command) -> Result<String> {
    Ok(process::capture(command)?.trim_end().to_owned())
}
