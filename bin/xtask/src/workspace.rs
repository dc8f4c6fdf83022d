//! Where the repository is, and cargo as every task calls it.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use anyhow::{Context, Result, bail};
use cargo_metadata::{CargoOpt, Message, Metadata, MetadataCommand};

/// The folder of the root `Cargo.toml`.
///
/// Cargo tells where it is when it starts this program: one that was built for another clone, into a build folder that
/// clones share, works on the clone that it is called in.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        package
            .ancestors()
            .nth(2)
            .expect("xtask lies two folders below the root")
            .to_path_buf()
    });
    &ROOT
}

/// `cargo` of the toolchain that built this program, in the root of the repository.
///
/// It does not inherit what cargo told this program about its own package: build scripts that watch these variables would
/// see others than when cargo is called by hand, and what depends on them would be compiled anew each time.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    let of_this_package = |name: &str| {
        [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(of_this_package) {
            command.env_remove(&name);
        }
    }
    command
}

/// All packages with their resolved dependencies, every feature on.
pub(crate) fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .exec()
        .context("`cargo metadata` failed")
}

/// The folder that cargo builds into.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("`cargo metadata` failed")?;
    Ok(metadata.target_directory.into_std_path_buf())
}

/// An empty folder below the build folder, for what the processes of a command print and log.
pub(crate) fn fresh_output(name: &str) -> Result<PathBuf> {
    let output = target_folder()?.join(name);
    if output.exists() {
        fs::remove_dir_all(&output).context("could not remove what the last run left")?;
    }
    fs::create_dir_all(&output)?;
    Ok(output)
}

/// A folder of this machine for tools that tasks install, outside the build folder so that `cargo clean` keeps them.
pub(crate) fn tools_folder() -> Result<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME says where tools may be kept")?;
    Ok(cache.join("fluxori/tools"))
}

/// Builds programs of the workspace and returns where each lies, by name.
///
/// They are built as tests are, with every feature and together with the examples (which use what only tests use): what
/// either has built, the other finds ready.
pub(crate) fn build_programs(names: &[&str]) -> Result<BTreeMap<String, PathBuf>> {
    let mut words = vec!["--workspace", "--examples"];
    words.extend(names.iter().flat_map(|name| ["--bin", name]));
    build(&words)
}

/// The same with optimisation, without what only tests need: these of the adapters' library's examples, and programs.
pub(crate) fn build_optimised(
    examples: &[&str],
    names: &[&str],
) -> Result<BTreeMap<String, PathBuf>> {
    let mut words = vec![
        "--release",
        "--package=fluxori-credentials",
        "--package=fluxori-server",
        "--package=fluxori-test-support",
    ];
    words.extend(examples.iter().flat_map(|name| ["--example", *name]));
    words.extend(names.iter().flat_map(|name| ["--bin", *name]));
    build(&words)
}

/// Where a built program lies.
pub(crate) fn program<'a>(programs: &'a BTreeMap<String, PathBuf>, name: &str) -> Result<&'a Path> {
    let found = programs.get(name).map(PathBuf::as_path);
    found.with_context(|| format!("there is no program {name}"))
}

/// Builds with these words for cargo and every feature, and returns where each program lies, by name.
pub(crate) fn build(words: &[&str]) -> Result<BTreeMap<String, PathBuf>> {
    let output = cargo()
        .args([
            "build",
            "--all-features",
            "--message-format=json-render-diagnostics",
        ])
        .args(words)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("could not start cargo")?;
    if !output.status.success() {
        bail!("`cargo build {}` failed", words.join(" "));
    }
    let mut programs = BTreeMap::new();
    for message in Message::parse_stream(output.stdout.as_slice()) {
        if let Message::CompilerArtifact(artifact) = message?
            && let Some(path) = artifact.executable
        {
            programs.insert(artifact.target.name, path.into_std_path_buf());
        }
    }
    Ok(programs)
}
