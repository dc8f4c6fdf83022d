//! `cargo xtask e2e-stage`: what end-to-end tests run against, kept running for whoever writes them.

use anyhow::Result;

use crate::{
    frontend::{Programs, Stage, build_application},
    interrupts::Interrupts,
    tools::{self, Node},
};

pub(crate) fn run() -> Result<()> {
    build_application(&Node::find()?)?;
    let chromium = tools::ensure_chromium()?;
    let programs = Programs::build()?;
    let mut interrupts = Interrupts::listen()?;
    let folder = tempfile::tempdir()?;
    let mut stage = Stage::open(&programs, folder.path(), &chromium, &mut interrupts)?;

    let mut environment = stage.environment().clone();
    let artefacts = folder.path().join("artefacts");
    environment.set("FLUXORI_ARTEFACTS", artefacts.to_string_lossy());
    let file = folder.path().join("stage.env");
    environment.write(&file)?;
    println!(
        "
The stage is set. In another shell, until Ctrl-C ends it here:

  . {file}
  cd frontend && npm run e2e

The page is at {page}; the server logs to {log}.
",
        file = file.display(),
        page = environment.value("FLUXORI_E2E_URL")?,
        log = folder.path().join("server.log").display(),
    );
    for (name, value) in environment.iter() {
        if name.starts_with("FLUXORI_") {
            println!("{name}={value}");
        }
    }
    stage.supervise(&mut interrupts)
}
