//! What tests leave to be searched for secrets after the run.

use std::{
    fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

/// The environment variable that names the folder. Without it nothing is kept.
pub const FOLDER_VARIABLE: &str = "FLUXORI_TEST_ARTEFACTS";

/// A place of its own for one artefact, if the run keeps any.
///
/// # Panics
/// When the folder cannot be made.
#[must_use]
pub fn place_for(name: &str) -> Option<PathBuf> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let folder = PathBuf::from(std::env::var_os(FOLDER_VARIABLE)?);
    fs::create_dir_all(&folder).expect("the folder for artefacts can be made");
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Some(folder.join(format!("{}-{number}-{name}", process::id())))
}
