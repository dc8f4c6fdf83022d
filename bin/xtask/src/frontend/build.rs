//! Building the page and its package, where they are older than their sources.

use std::{
    fs::{self, File},
    io,
    path::Path,
    time::SystemTime,
};

use anyhow::{Context, Result};

use crate::{process, terminal, tools::Node};

/// One of the two things that are made of the same sources, below the folder of the page.
struct Product {
    script: &'static str,
    made: &'static str,
    /// Its time is when the last build that went well began.
    stamp: &'static str,
}

/// What the server embeds.
const APPLICATION: Product = Product {
    script: "build:app",
    made: "dist/app/index.html",
    stamp: "dist/built-app",
};
/// What other applications use.
const PACKAGE: Product = Product {
    script: "build:package",
    made: "dist/package",
    stamp: "dist/built-package",
};

/// Folders that hold no source of what is built.
const OTHERS: [&str; 5] = ["node_modules", "dist", "e2e", "artefacts", "test-results"];

/// Builds the page that the server embeds, `frontend/dist/app`.
pub(crate) fn build_application(node: &Node) -> Result<()> {
    terminal::step("build the page", || APPLICATION.build(node))
}

/// Builds the package for other applications, `frontend/dist/package`.
pub(crate) fn build_package(node: &Node) -> Result<()> {
    terminal::step("build the package of the page", || PACKAGE.build(node))
}

impl Product {
    fn build(&self, node: &Node) -> Result<()> {
        let folder = node.folder();
        let is_current = self.is_current(folder);
        if is_current.context("could not look at the sources of the page")? {
            return Ok(());
        }
        node.install()?;
        let begun = folder.join(format!("{}-begun", self.stamp));
        fs::create_dir_all(folder.join("dist"))?;
        File::create(&begun)?;
        process::run(&mut node.script(self.script))?;
        fs::rename(begun, folder.join(self.stamp)).context("could not mark the page as built")
    }

    /// Whether it is there, and nothing it is made of has changed since.
    fn is_current(&self, folder: &Path) -> io::Result<bool> {
        let Ok(stamp) = fs::metadata(folder.join(self.stamp)) else {
            return Ok(false);
        };
        Ok(folder.join(self.made).exists() && newest_in(folder)? < stamp.modified()?)
    }
}

/// When the newest of the sources was written. Folders count too: their time is when something in them was made or deleted.
fn newest_in(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if OTHERS.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let data = entry.metadata()?;
        newest = newest.max(data.modified()?);
        if data.is_dir() {
            newest = newest.max(newest_in(&entry.path())?);
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_page_is_current_until_a_source_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["src/lib", "dist/package", "e2e"] {
            fs::create_dir_all(path(name)).unwrap();
        }
        fs::write(path("src/lib/api.ts"), "").unwrap();
        assert!(!PACKAGE.is_current(folder.path()).unwrap());

        let later = newest_in(folder.path()).unwrap() + Duration::from_mins(1);
        let written_at = |name: &str, time| {
            let file = File::options()
                .create(true)
                .append(true)
                .open(path(name))
                .unwrap();
            file.set_modified(time).unwrap();
        };
        written_at(PACKAGE.stamp, later);
        assert!(PACKAGE.is_current(folder.path()).unwrap());
        written_at("e2e/sign-in.spec.ts", later + Duration::from_mins(1));
        assert!(PACKAGE.is_current(folder.path()).unwrap());
        written_at("src/lib/api.ts", later + Duration::from_mins(1));
        assert!(!PACKAGE.is_current(folder.path()).unwrap());

        written_at(PACKAGE.stamp, later + Duration::from_mins(2));
        assert!(PACKAGE.is_current(folder.path()).unwrap());
        fs::remove_dir(path("dist/package")).unwrap();
        assert!(!PACKAGE.is_current(folder.path()).unwrap());
    }
}
