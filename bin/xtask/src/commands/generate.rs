//! `cargo xtask generate`: the committed files that are made from the code.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use super::dev;
use crate::{process, tools::Node, workspace};

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
    ("docs/operations/metrics.md", &["metrics", "reference"]),
    ("docs/operations/logs.md", &["logs", "reference"]),
];

/// Where the types of the API lie that the page is written with.
const API_TYPES: &str = "frontend/src/lib/schema.d.ts";

pub(crate) fn run(args: &Args) -> Result<()> {
    let server = dev::build_server()?;
    let mut stale = Vec::new();
    for (path, arguments) in FILES {
        let made = process::capture(Command::new(&server).args(*arguments))?;
        if !settle(path, &made, args.check)? {
            stale.push(*path);
        }
    }
    match Node::find() {
        Ok(node) => {
            // From the document as it is committed now, so that the two fit.
            if !settle(API_TYPES, &api_types(&node)?, args.check)? {
                stale.push(API_TYPES);
            }
        }
        Err(error) if env::var_os("CI").is_some() => return Err(error),
        Err(error) => println!("{API_TYPES} is left as it is: {error}"),
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "not what the code makes now: {}. Run `cargo xtask generate` and commit the result",
        stale.join(", ")
    );
}

/// Compares a committed file with what is made now, and writes it or shows the difference. Returns whether it is right then.
fn settle(path: &str, made: &str, is_check: bool) -> Result<bool> {
    let file = workspace::root().join(path);
    if fs::read_to_string(&file).ok().as_deref() == Some(made) {
        println!("{path} is up to date");
        return Ok(true);
    }
    if is_check {
        show_difference(&file, made)?;
        return Ok(false);
    }
    let folder = file.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)?;
    fs::write(&file, made).with_context(|| format!("could not write {path}"))?;
    println!("{path} is written anew");
    Ok(true)
}

/// The types of `docs/reference/openapi.json`, in TypeScript.
fn api_types(node: &Node) -> Result<String> {
    node.install()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("schema.d.ts");
    let mut command = node.script("generate:api");
    process::capture(command.args(["--", "--output"]).arg(&file))?;
    fs::read_to_string(&file).context("npm made no types of the API")
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
