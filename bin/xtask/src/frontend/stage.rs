//! A whole product for a browser: a server, marketplaces and an identity provider of its own.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    interrupts::Interrupts,
    local::{
        Environment, Instance, Program, free_port, page_settings, start_telling, status_of,
        supervise, wait_until,
    },
    process, terminal, workspace,
};

/// Where the programs of a stage lie.
pub(crate) struct Programs(BTreeMap<String, PathBuf>);

impl Programs {
    const SERVER: &str = "fluxori-server";
    const MARKETPLACES: &str = "simulated-marketplaces";
    const IDENTITY: &str = "simulated-identity";

    pub(crate) fn build() -> Result<Self> {
        terminal::step("build the server and the simulators", || {
            workspace::build_programs(&[Self::SERVER, Self::MARKETPLACES, Self::IDENTITY]).map(Self)
        })
    }

    fn path(&self, name: &str) -> Result<&Path> {
        let path = self.0.get(name).map(PathBuf::as_path);
        path.with_context(|| format!("there is no program {name}"))
    }
}

/// A running product; stopped when this is dropped.
pub(crate) struct Stage {
    programs: [Program; 3],
    environment: Environment,
}

impl Stage {
    /// Starts everything, with an empty SQLite database, keys and the server's log in `folder`.
    pub(crate) fn open(
        programs: &Programs,
        folder: &Path,
        chromium: &Path,
        interrupts: &mut Interrupts,
    ) -> Result<Self> {
        let server = programs.path(Programs::SERVER)?;
        let (marketplaces, told) = start_telling(
            Programs::MARKETPLACES,
            programs.path(Programs::MARKETPLACES)?,
        )?;
        let (identity, sign_in) =
            start_telling(Programs::IDENTITY, programs.path(Programs::IDENTITY)?)?;
        let (keys, settings) = told.split(|name| name.starts_with("DEMO_"));

        let mut instance = Instance::open(&folder.join("instance"), server, free_port()?, None)?;
        instance.add(&settings);
        instance.add(&sign_in);
        instance.add(&own_settings(&instance));

        let mut environment = instance.environment().clone();
        environment.set("FLUXORI_E2E_URL", instance.url());
        environment.set("FLUXORI_E2E_SERVER", server.to_string_lossy());
        environment.set("FLUXORI_E2E_MARKETPLACES", keys.value("DEMO_ORIGIN")?);
        environment.set("FLUXORI_E2E_IDENTITY", sign_in.value("OIDC_ISSUER")?);
        environment.set("FLUXORI_E2E_CHROMIUM", chromium.to_string_lossy());
        environment.set("FLUXORI_E2E_KEYS", as_json(&keys));
        let database = instance.folder().join("fluxori.db");
        environment.set("FLUXORI_E2E_DATABASE", database.to_string_lossy());

        let server = start_server(&instance, &folder.join("server.log"), interrupts)?;
        Ok(Self {
            programs: [marketplaces, identity, server],
            environment,
        })
    }

    /// What tests need to know, and every setting of the server, for its commands.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Keeps everything running until somebody asks us to stop.
    pub(crate) fn supervise(&mut self, interrupts: &mut Interrupts) -> Result<()> {
        supervise(
            &mut self.programs.iter_mut().collect::<Vec<_>>(),
            interrupts,
        )
    }
}

fn own_settings(instance: &Instance) -> Environment {
    let mut settings = page_settings(instance);
    // Tests are faster than people.
    for name in [
        "REQUESTS_PER_MINUTE",
        "REQUESTS_BURST",
        "LOGIN_FAILURES_PER_MINUTE",
    ] {
        settings.set(name, "100000");
    }
    settings
}

fn start_server(instance: &Instance, log: &Path, interrupts: &mut Interrupts) -> Result<Program> {
    let folder = log.parent().context("a log lies in a folder")?;
    fs::create_dir_all(folder)?;
    let file = File::create(log).with_context(|| format!("could not write {}", log.display()))?;
    let migrated = process::run_and_keep(instance.command("migrate"), &folder.join("migrate.log"));
    migrated.context("could not migrate the database")?;
    let mut command = instance.command("serve");
    command.stdout(file.try_clone()?).stderr(file);
    let mut server = Program::start(Programs::SERVER, &mut command)?;
    let address = instance.address();
    wait_until(
        "the server is ready",
        &mut [&mut server],
        interrupts,
        || status_of(address, "/readyz").is_ok_and(|status| status == 200),
    )
    .with_context(|| format!("its log is {}", log.display()))?;
    Ok(server)
}

fn as_json(environment: &Environment) -> String {
    let member = |(name, value): (&str, &str)| (name.to_owned(), Value::from(value));
    Value::Object(environment.iter().map(member).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_members() {
        let mut environment = Environment::default();
        environment.set("DEMO_A", r#"a "quoted" value"#);
        environment.set("DEMO_B", "b");
        let text = as_json(&environment);
        assert_eq!(text, r#"{"DEMO_A":"a \"quoted\" value","DEMO_B":"b"}"#);
    }
}
