//! `cargo xtask generate`: the committed files that are made from the code.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use super::dev;
use crate::{process, workspace};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Change nothing; fail and show the difference where a file is not what the code makes now
    #[arg(long)]
    pub(crate) check: bool,
}

/// Where a file lies, and which command of `fluxori-server` prints it.
const FILES: &[(&str, &[&str])] = &[
    ("docs/reference/openapi.json", &["openapi"]),
    ("docs/reference/configuration.md", &["config", "reference"]),
];

pub(crate) fn run(args: &Args) -> Result<()> {
    let server = dev::build_server()?;
    let mut stale = Vec::new();
    for (path, arguments) in FILES {
        let made = process::capture(Command::new(&server).args(*arguments))?;
        let file = workspace::root().join(path);
        if fs::read_to_string(&file).ok().as_deref() == Some(made.as_str()) {
            println!("{path} is up to date");
        } else if args.check {
            show_difference(&file, &made)?;
            stale.push(*path);
        } else {
            let folder = file.parent().context("a file lies in a folder")?;
            fs::create_dir_all(folder)?;
            fs::write(&file, made).with_context(|| format!("could not write {path}"))?;
            println!("{path} is written anew");
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "not what the code makes now: {}. Run `cargo xtask generate` and commit the result",
        stale.join(", ")
    );
}

/// Prints what would change in `committed` (`-` is what it has, `+` what the code makes).
fn show_difference(committed: &Path, made: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let fresh = folder.path().join("made");
    fs::write(&fresh, made)?;
    let committed = if committed.exists() {
        committed
    } else {
        Path::new("/dev/null")
    };
    // Ends with 1 where there is a difference, which is why we are here.
    Command::new("git")
        .args(["--no-pager", "diff", "--no-index", "--"])
        .args([committed, &fresh])
        .stdin(Stdio::null())
        .status()
        .context("could not start git")?;
    Ok(())
}
