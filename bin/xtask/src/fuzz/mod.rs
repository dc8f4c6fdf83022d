//! The programs of `fuzz/`: whether they can be built here, building them, and running them for a while.

mod search;

use std::{fs, process::Command};

use anyhow::{Context, Result, bail};

use crate::{process::succeeds, workspace};

pub(crate) use search::Search;

/// Whether there are the compilers that it takes: a nightly one, which can watch what code is reached, and one for C++.
pub(crate) fn can_search() -> bool {
    let nightly = ["run", "nightly", "rustc", "--version"];
    succeeds(Command::new("rustup").args(nightly)) && succeeds(Command::new("c++").arg("--version"))
}

/// The targets of these names, or all there are.
pub(crate) fn targets(named: &[String]) -> Result<Vec<String>> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let mut all = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("could not read {}", folder.display()))?
    {
        let path = entry?.path();
        let name = path.file_stem().context("a file has a name")?;
        all.push(name.to_string_lossy().into_owned());
    }
    all.sort_unstable();
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        bail!("there is no target {unknown}; there are {}", all.join(", "));
    }
    Ok(if named.is_empty() {
        all
    } else {
        named.to_vec()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_targets_are_meant_unless_some_are_named() {
        let all = targets(&[]).unwrap();
        assert!(all.contains(&"sealed_value".to_owned()));
        assert_eq!(targets(&all[..1]).unwrap(), all[..1]);
    }

    #[test]
    fn an_unknown_target_is_answered_with_those_there_are() {
        let error = targets(&["seald".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("no target seald"), "{error}");
        assert!(error.contains("sealed_value"), "{error}");
    }
}
