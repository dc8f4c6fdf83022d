//! Building the page and its package, where they are older than their sources.

use std::{
    fs::{self, File},
    io,
    path::Path,
    time::SystemTime,
};

use anyhow::{Context, Result};

use crate::{process, terminal, tools::Node};

/// What is made, below the folder of the page.
const MADE: [&str; 2] = ["dist/app/index.html", "dist/package"];
/// Its time is when the last build that went well began.
const STAMP: &str = "dist/built";
/// Folders that hold no source of what is built.
const OTHERS: [&str; 5] = ["node_modules", "dist", "e2e", "artefacts", "test-results"];

/// Builds `frontend/dist/app`, which the server embeds, and `frontend/dist/package`, for other applications.
pub(crate) fn build(node: &Node) -> Result<()> {
    let folder = node.folder();
    if is_current(folder).context("could not look at the sources of the page")? {
        return Ok(());
    }
    node.install()?;
    terminal::step("build the page", || {
        let begun = folder.join("dist/building");
        fs::create_dir_all(folder.join("dist"))?;
        File::create(&begun)?;
        process::run(&mut node.script("build"))?;
        fs::rename(begun, folder.join(STAMP)).context("could not mark the page as built")
    })
}

/// Whether everything is there, and nothing it is made of has changed since.
fn is_current(folder: &Path) -> io::Result<bool> {
    let Ok(stamp) = fs::metadata(folder.join(STAMP)) else {
        return Ok(false);
    };
    let is_made = MADE.iter().all(|path| folder.join(path).exists());
    Ok(is_made && newest_in(folder)? < stamp.modified()?)
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
        for name in ["src/lib", "dist/app", "dist/package", "e2e"] {
            fs::create_dir_all(path(name)).unwrap();
        }
        fs::write(path("src/lib/api.ts"), "").unwrap();
        fs::write(path("dist/app/index.html"), "").unwrap();
        assert!(!is_current(folder.path()).unwrap());

        let later = newest_in(folder.path()).unwrap() + Duration::from_mins(1);
        let written_at = |name: &str, time| {
            let file = File::options()
                .create(true)
                .append(true)
                .open(path(name))
                .unwrap();
            file.set_modified(time).unwrap();
        };
        written_at(STAMP, later);
        assert!(is_current(folder.path()).unwrap());
        written_at("e2e/sign-in.spec.ts", later + Duration::from_mins(1));
        assert!(is_current(folder.path()).unwrap());
        written_at("src/lib/api.ts", later + Duration::from_mins(1));
        assert!(!is_current(folder.path()).unwrap());

        written_at(STAMP, later + Duration::from_mins(2));
        assert!(is_current(folder.path()).unwrap());
        fs::remove_dir(path("dist/package")).unwrap();
        assert!(!is_current(folder.path()).unwrap());
    }
}
