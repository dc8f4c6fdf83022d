//! Node and npm, which build and test the page, and the packages that this takes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, Result, bail};

use crate::{
    process::{capture, run},
    terminal, workspace,
};

/// The oldest version that does.
const OLDEST: (u32, u32) = (20, 19);

/// Node and npm on this machine.
pub(crate) struct Node {
    folder: PathBuf,
}

impl Node {
    /// Looks for them on PATH.
    ///
    /// # Errors
    /// When one is missing or too old; says what to install.
    pub(crate) fn find() -> Result<Self> {
        let (major, minor) = OLDEST;
        let ask = |program: &str| capture(Command::new(program).arg("--version"));
        let (Ok(node), Ok(_)) = (ask("node"), ask("npm")) else {
            bail!(
                "the page needs Node {major}.{minor} or newer with npm, and they are not on PATH"
            );
        };
        let node = node.trim();
        let version = version_in(node)
            .with_context(|| format!("`node --version` says {node}, which is no version"))?;
        if version < OLDEST {
            bail!("the page needs Node {major}.{minor} or newer, and this is {node}");
        }
        Ok(Self {
            folder: workspace::root().join("frontend"),
        })
    }

    /// The folder of the page.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Installs the packages of the lock file, unless they are there.
    pub(crate) fn install(&self) -> Result<()> {
        if are_installed(&self.folder) {
            return Ok(());
        }
        terminal::step("install the packages of the page", || {
            run(self.npm().args(["ci", "--no-audit", "--no-fund"]))
        })
    }

    /// A script of `package.json`, to be run with the packages installed.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = self.npm();
        command.args(["run", "--silent", name]);
        command
    }

    fn npm(&self) -> Command {
        let mut command = Command::new("npm");
        command
            .current_dir(&self.folder)
            .env("npm_config_update_notifier", "false");
        command
    }
}

/// Whether all packages were installed after the lock file was last written: npm leaves a file of its own when it is done.
fn are_installed(folder: &Path) -> bool {
    let written = |path: &str| -> Option<SystemTime> {
        fs::metadata(folder.join(path)).ok()?.modified().ok()
    };
    let installed = written("node_modules/.package-lock.json");
    installed.is_some() && installed >= written("package-lock.json")
}

/// The first two numbers of `v20.19.4`.
fn version_in(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::Duration};

    use super::*;

    #[test]
    fn a_version_is_compared_as_numbers() {
        assert_eq!(version_in("v20.19.4"), Some((20, 19)));
        assert!(version_in("v20.9.0") < Some(OLDEST));
        assert!(version_in("v24.1.0") > Some(OLDEST));
        assert_eq!(version_in("20.19"), None);
        assert_eq!(version_in("vx"), None);
    }

    #[test]
    fn packages_are_installed_anew_when_the_lock_file_is_newer() {
        let folder = tempfile::tempdir().unwrap();
        let lock = File::create(folder.path().join("package-lock.json")).unwrap();
        assert!(!are_installed(folder.path()));

        fs::create_dir(folder.path().join("node_modules")).unwrap();
        let done = folder.path().join("node_modules/.package-lock.json");
        File::create(done).unwrap();
        let written = lock.metadata().unwrap().modified().unwrap();
        assert!(are_installed(folder.path()));
        lock.set_modified(written + Duration::from_mins(1)).unwrap();
        assert!(!are_installed(folder.path()));
    }
}
