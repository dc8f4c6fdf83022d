//! The crates that others may use: that they can be published, and what a release breaks for their users.

use std::{fs, path::Path, process::Command};

use anyhow::{Result, bail};
use cargo_metadata::Package;

use crate::{
    process::{capture, run},
    tools, workspace,
};

/// What compiles a file into a crate, by a path that begins where the crate's folder or the file is.
const EMBEDDING: [&str; 3] = ["include_str!(", "include_bytes!(", "embed_migrations!("];

/// Packs every crate that may be published, as `cargo publish --workspace` does, and leaves out building what was packed.
///
/// It asks no registry: what the build before it has fetched is enough.
pub(crate) fn package() -> Result<()> {
    let packages = publishable()?;
    for package in &packages {
        let folder = package
            .manifest_path
            .parent()
            .expect("a manifest lies in a folder");
        refuse_foreign_files(folder.as_std_path())?;
    }
    let mut command = workspace::cargo();
    command.args([
        "package",
        "--offline",
        "--no-verify",
        "--allow-dirty",
        "--quiet",
    ]);
    run(command.args(
        packages
            .iter()
            .flat_map(|package| ["--package", &package.name]),
    ))
}

/// Compares what is public in the crates with the last release, once there is one.
pub(crate) fn semver() -> Result<()> {
    let tags = capture(Command::new("git").current_dir(workspace::root()).args([
        "tag",
        "--list",
        "v[0-9]*",
        "--sort=-version:refname",
        "--merged",
    ]))?;
    let Some(release) = tags.lines().next() else {
        println!("there is no release yet (no tag such as v0.1.0): nothing to compare with");
        return Ok(());
    };
    let packages = publishable()?;
    let mut command = tools::cargo_semver_checks()?;
    command.args(["semver-checks", "--baseline-rev", release]);
    run(command.args(
        packages
            .iter()
            .flat_map(|package| ["--package", &package.name]),
    ))
}

/// The crates of this repository that do not say `publish = false`.
fn publishable() -> Result<Vec<Package>> {
    let packages: Vec<_> = workspace::metadata()?
        .workspace_packages()
        .into_iter()
        .filter(|package| {
            package
                .publish
                .as_ref()
                .is_none_or(|registries| !registries.is_empty())
        })
        .cloned()
        .collect();
    if packages.is_empty() {
        bail!("no crate may be published");
    }
    Ok(packages)
}

/// A packed crate holds its own folder only.
fn refuse_foreign_files(folder: &Path) -> Result<()> {
    for file in sources(&folder.join("src"))? {
        for line in file.1.lines() {
            if EMBEDDING
                .iter()
                .any(|word| line.contains(word) && line.contains("../../"))
            {
                bail!(
                    "{} embeds a file that may lie outside the crate, and would be missing when it is published: {}",
                    file.0,
                    line.trim()
                );
            }
        }
    }
    Ok(())
}

/// Each source file below a folder: its name and its text.
fn sources(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_adapters_link_can_be_published_and_what_only_serves_here_cannot() {
        let packages = publishable().unwrap();
        let has = |name: &str| packages.iter().any(|package| *package.name == *name);
        assert!(has("fluxori-credentials") && has("fluxori-domain"));
        assert!(!has("xtask") && !has("fluxori-test-support") && !has("fluxori-server"));
        for package in &packages {
            assert!(package.description.is_some(), "{}", package.name);
            assert!(package.license.is_some(), "{}", package.name);
            assert!(!package.keywords.is_empty(), "{}", package.name);
            assert!(!package.categories.is_empty(), "{}", package.name);
        }
    }

    #[test]
    fn a_file_from_elsewhere_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("src/deep")).unwrap();
        let file = folder.path().join("src/deep/a.rs");
        fs::write(&file, "const A: &str = include_str!(\"b.md\");").unwrap();
        refuse_foreign_files(folder.path()).unwrap();
        fs::write(&file, "const A: &str = include_str!(\"../../../b.md\");").unwrap();
        let error = refuse_foreign_files(folder.path()).unwrap_err().to_string();
        assert!(error.contains("outside the crate"), "{error}");
    }
}
