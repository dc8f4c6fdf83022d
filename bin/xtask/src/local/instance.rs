//! The folder of a local server: its keys, its database and how to start it on them.

use std::{
    fs::{self, DirBuilder, Permissions},
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{AUDIENCE, Environment, ISSUER, developer_token, write_private};
use crate::{process, workspace};

/// From the port of the API to that of the metrics.
const METRICS_PORTS_FURTHER: u16 = 1_000;

/// A local server's folder and settings; the folder exists and holds its keys.
pub(crate) struct Instance {
    folder: PathBuf,
    server: PathBuf,
    address: SocketAddr,
    environment: Environment,
}

impl Instance {
    /// Opens `folder`, made with fresh keys at the first time, for the program `server` on `port`.
    ///
    /// # Errors
    /// When the folder cannot be written, or holds a database without the key that its secrets are sealed with.
    pub(crate) fn open(
        folder: &Path,
        server: &Path,
        port: u16,
        database_url: Option<&str>,
    ) -> Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;

        let database = folder.join("fluxori.db");
        let key = folder.join("encryption.key");
        refuse_lost_key(&key, &database)?;
        make_secret_file(&key, || make_key(server))?;
        let token_secret = folder.join("jwt.secret");
        make_secret_file(&token_secret, || make_key(server))?;

        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let database_url =
            database_url.map_or_else(|| format!("sqlite:{}", database.display()), str::to_owned);
        let mut environment = Environment::default();
        environment.set("DATABASE_URL", database_url);
        environment.set("ENCRYPTION_KEY_FILE", key.to_string_lossy());
        environment.set("JWT_SECRET_FILE", token_secret.to_string_lossy());
        environment.set("JWT_ISSUER", ISSUER);
        environment.set("JWT_AUDIENCE", AUDIENCE);
        environment.set("LISTEN", address.to_string());
        Ok(Self {
            folder: folder.to_owned(),
            server: server.to_owned(),
            address,
            environment,
        })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a browser finds it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Has the server tell its metrics too, a thousand ports further.
    pub(crate) fn add_metrics(&mut self) {
        if let Some(port) = self.address.port().checked_add(METRICS_PORTS_FURTHER) {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            self.environment.set("METRICS_LISTEN", address.to_string());
        }
    }

    /// Where the server tells its metrics, for a person to read.
    pub(crate) fn metrics_text(&self) -> String {
        match self.environment.value("METRICS_LISTEN") {
            Ok(address) => format!("Metrics for Prometheus are at http://{address}/metrics.\n"),
            Err(_) => String::new(),
        }
    }

    /// Adds settings, of a simulated marketplace for instance.
    pub(crate) fn add(&mut self, settings: &Environment) {
        for (name, value) in settings.iter() {
            self.environment.set(name, value);
        }
    }

    /// The program `fluxori-server`, from the root of the repository if it lies there.
    pub(crate) fn server(&self) -> &Path {
        let server = self.server.strip_prefix(workspace::root());
        server.unwrap_or(&self.server)
    }

    /// Takes the master key away from the server, and says where it is: for a server whose secrets lie elsewhere.
    pub(crate) fn without_key(&mut self) -> Result<String> {
        let key = self.environment.take("ENCRYPTION_KEY_FILE");
        key.context("the server has no master key")
    }

    /// A command of `fluxori-server` that works on this folder.
    pub(crate) fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(&self.server);
        // The same things said in another way, left over in somebody's shell, would contradict.
        for name in [
            "DATABASE_URL_FILE",
            "DATABASE_DIRECT_URL",
            "DATABASE_DIRECT_URL_FILE",
            "ENCRYPTION_KEY",
            "ENCRYPTION_KEY_FILE",
            "ENCRYPTION_KMS_KEY",
            "JWT_SECRET",
            "JWT_JWKS_URL",
        ] {
            command.env_remove(name);
        }
        command
            .arg(subcommand)
            .envs(self.environment.iter())
            .current_dir(workspace::root());
        command
    }

    /// A fresh token that this server accepts.
    pub(crate) fn token(&self) -> Result<String> {
        let path = self.folder.join("jwt.secret");
        let secret = fs::read_to_string(&path)
            .with_context(|| format!("could not read {}", path.display()))?;
        Ok(developer_token(secret.trim().as_bytes()))
    }
}

fn refuse_lost_key(key: &Path, database: &Path) -> Result<()> {
    if database.exists() && !key.exists() {
        bail!(
            "{} is missing, and only with it can the secrets in {} be opened. Put the key file back, or delete the \
             database to begin anew",
            key.display(),
            database.display()
        );
    }
    Ok(())
}

/// A random key as the server itself makes it.
fn make_key(server: &Path) -> Result<String> {
    process::capture(Command::new(server).args(["keys", "generate"]))
}

/// Writes what `make` returns to a private file, unless the file is there.
fn make_secret_file(path: &Path, make: impl FnOnce() -> Result<String>) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    write_private(path, &make()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stands in for the server: `keys generate` prints a new value at each call.
    ///
    /// A child writes it: a program that this process itself had open for writing could be held open by another
    /// test's child at the moment it is started.
    fn server_in(folder: &Path) -> PathBuf {
        let path = folder.join("server");
        let script = "#!/bin/sh\n[ \"$*\" = 'keys generate' ] && od -An -N8 -tx8 /dev/urandom\n";
        let status = Command::new("sh")
            .args(["-c", "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\""])
            .args([path.as_os_str(), script.as_ref()])
            .status()
            .unwrap();
        assert!(status.success());
        path
    }

    fn open(folder: &Path, database_url: Option<&str>) -> Result<Instance> {
        Instance::open(&folder.join("data"), &server_in(folder), 8080, database_url)
    }

    #[test]
    fn keys_are_made_once_and_only_their_owner_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let instance = open(folder.path(), None).unwrap();
        let key = instance.folder().join("encryption.key");
        let first = fs::read(&key).unwrap();
        assert_ne!(
            first,
            fs::read(instance.folder().join("jwt.secret")).unwrap()
        );

        let instance = open(folder.path(), None).unwrap();
        assert_eq!(fs::read(&key).unwrap(), first);
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&key), 0o600);
        assert_eq!(mode(instance.folder()), 0o700);
    }

    #[test]
    fn a_database_without_its_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let instance = open(folder.path(), None).unwrap();
        fs::write(instance.folder().join("fluxori.db"), "").unwrap();
        assert!(open(folder.path(), None).is_ok());

        fs::remove_file(instance.folder().join("encryption.key")).unwrap();
        let error = open(folder.path(), None).err().unwrap().to_string();
        assert!(error.contains("Put the key file back"), "{error}");
        assert!(!instance.folder().join("encryption.key").exists());
    }

    #[test]
    fn another_database_can_be_named() {
        let folder = tempfile::tempdir().unwrap();
        let instance = open(folder.path(), Some("postgres://localhost/x")).unwrap();
        let set: Vec<_> = instance.environment().iter().collect();
        assert!(set.contains(&("DATABASE_URL", "postgres://localhost/x")));
        assert!(set.contains(&("LISTEN", "127.0.0.1:8080")));
    }

    #[test]
    fn a_server_without_the_key_is_told_nothing_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut instance = open(folder.path(), None).unwrap();
        let key = instance.without_key().unwrap();
        assert!(key.ends_with("data/encryption.key"), "{key}");
        let names: Vec<_> = instance
            .environment()
            .iter()
            .map(|(name, _)| name)
            .collect();
        assert!(
            !names.iter().any(|name| name.starts_with("ENCRYPTION")),
            "{names:?}"
        );
    }
}
