//! The part of the demo in which Google Secret Manager keeps the secrets.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io,
    os::unix::fs::DirBuilderExt,
    path::Path,
};

use anyhow::{Context, Result, bail};

use crate::{
    local::{Instance, Program, SimulatedGoogle, start_google},
    terminal,
};

/// Where this demo keeps its keys and database, from the root of the repository.
pub(super) const FOLDER: &str = ".fluxori/demo-google";
/// The file in the folder that lets an operator's command work on this database and this Google.
const SERVER_SETTINGS: &str = "server.env";

/// The simulated Google behind a demo.
pub(super) struct Google {
    pub(super) program: Program,
    told: SimulatedGoogle,
    /// The file of a master key that the server does not have.
    key: String,
}

impl Google {
    /// Starts it and lets the server of `instance` keep its secrets there, without a master key.
    pub(super) fn start(program: &Path, instance: &mut Instance) -> Result<Self> {
        let account = instance.folder().join("service-account.json");
        let (program, told) = terminal::step("start the simulated Google", || {
            start_google(program, &account)
        })?;
        let key = instance.without_key()?;
        instance.add(&told.environment);
        let settings = instance.folder().join(SERVER_SETTINGS);
        instance.environment().write(&settings)?;
        Ok(Self { program, told, key })
    }

    /// What there is to see.
    pub(super) fn welcome(&self, instance: &Instance) -> String {
        let control = &self.told.control;
        let server = instance.server().display();
        let key = &self.key;
        format!(
            "\
Look at what lies at Google, and at how often Google was called. The database holds no secret, sealed or not, and the server has no
ENCRYPTION_KEY:

  curl -sS {control}/secrets
  curl -sS {control}/counts

Ask as an operator: where secrets are, whether Google and the database agree, whether everything is set up.

  . {FOLDER}/{SERVER_SETTINGS}
  {server} secrets status
  {server} secrets reconcile
  {server} doctor

Take Google down, read as an adapter or connect an account, and let Google come back:

  curl -sS {control}/faults --json '{{\"fault\":\"page\",\"status\":503}}'
  curl -sS -X DELETE {control}/faults

Move all secrets to the database, sealed, and back. Only these commands get a master key, so in between the server cannot open them.
Each ends when the old copies are destroyed, a minute after the last was moved.

  ENCRYPTION_KEY_FILE={key} {server} secrets migrate --to database
  ENCRYPTION_KEY_FILE={key} {server} secrets migrate --to gcp

"
        )
    }
}

/// Deletes the database of the last time: what its rows name went with the Google of that time. The folder is ours until what is
/// returned is dropped.
pub(super) fn begin_anew(folder: &Path) -> Result<File> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("could not make {}", folder.display()))?;
    let lock = File::create(folder.join("lock"))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!("this demo runs already: stop it first"),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    for name in ["fluxori.db", "fluxori.db-wal", "fluxori.db-shm"] {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("could not delete {name}"));
            }
            _ => {}
        }
    }
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_begins_anew_and_only_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("fluxori.db"), "old").unwrap();
        let first = begin_anew(folder.path()).unwrap();
        assert!(!folder.path().join("fluxori.db").exists());

        let second = begin_anew(folder.path()).unwrap_err().to_string();
        assert!(second.contains("runs already"), "{second}");
        drop(first);
        assert!(begin_anew(folder.path()).is_ok());
    }
}
