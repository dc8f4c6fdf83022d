//! The browser of the end-to-end tests, from Debian's packages where it is missing.

use std::{
    env,
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::apt::Administrator;

/// What it is called on one system or another.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Where Chromium or Chrome lies on this machine.
///
/// # Errors
/// When it is missing and may not be installed from here; says what to install.
pub(crate) fn ensure_chromium() -> Result<PathBuf> {
    if let Some(program) = find() {
        return Ok(program);
    }
    let Some(administrator) = Administrator::find() else {
        bail!(
            "Chromium is missing. Install it (`apt-get install chromium` on Debian, `dnf install chromium` on Fedora) or \
             Google Chrome so that it is on PATH, then run this again"
        );
    };
    println!("Chromium is missing");
    administrator.install("chromium")?;
    find().context("Debian's package chromium is installed, but its program is not on PATH")
}

fn find() -> Option<PathBuf> {
    find_in(&env::var_os("PATH")?)
}

/// The first name that is found in any folder goes before the others.
fn find_in(path: &OsStr) -> Option<PathBuf> {
    NAMES.iter().find_map(|name| {
        env::split_paths(path)
            .map(|folder| folder.join(name))
            .find(|program| is_program(program))
    })
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_found_in_any_folder_of_the_path_if_it_can_be_started() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = env::join_paths([first.path(), second.path()]).unwrap();
        assert_eq!(find_in(&path), None);

        fs::write(first.path().join("chromium"), "no program").unwrap();
        let chrome = second.path().join("google-chrome");
        fs::write(&chrome, "").unwrap();
        fs::set_permissions(&chrome, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_in(&path), Some(chrome));
    }
}
