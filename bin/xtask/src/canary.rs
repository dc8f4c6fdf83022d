//! Searching what a test run left behind for secrets that it used.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

/// Every secret that a test makes up contains one of these. The bare word would find names of tests as well. The last one
/// is how the claims of every JSON web token of the simulated marketplaces begin.
pub(crate) const MARKERS: &[&str] = &["canary-", "shpat_canary", "fa15ecafe", "eyJjYW5hcnkiOiJ0"];

/// A marker found in a file. The marker is named by its beginning: the rest would be one more leak.
#[derive(Debug, PartialEq, Eq)]
struct Leak {
    file: PathBuf,
    marker: String,
}

/// Fails when what processes left behind holds a secret, after naming the files.
pub(crate) fn ensure_none(places: &[PathBuf]) -> Result<()> {
    let leaks = search(places, MARKERS)?;
    for leak in &leaks {
        println!("  {} holds {}", leak.file.display(), leak.marker);
    }
    ensure!(
        leaks.is_empty(),
        "{} secrets are where nobody may read them",
        leaks.len()
    );
    Ok(())
}

/// Searches files, and folders to any depth, for any of `markers` as plain bytes.
fn search(places: &[PathBuf], markers: &[&str]) -> Result<Vec<Leak>> {
    let mut leaks = Vec::new();
    let mut waiting = places.to_vec();
    while let Some(place) = waiting.pop() {
        let kind = match fs::symlink_metadata(&place) {
            Ok(data) => data.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(error).with_context(|| format!("could not read {}", place.display()));
            }
        };
        if kind.is_dir() {
            for entry in fs::read_dir(&place)? {
                waiting.push(entry?.path());
            }
        } else if kind.is_file() {
            search_file(&place, markers, &mut leaks)
                .with_context(|| format!("could not read {}", place.display()))?;
        }
    }
    leaks.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(leaks)
}

/// Reads a file in pieces that overlap by the longest marker, so that none is missed between two.
fn search_file(path: &Path, markers: &[&str], leaks: &mut Vec<Leak>) -> io::Result<()> {
    const PIECE: u64 = 1 << 20;
    let overlap = markers
        .iter()
        .map(|marker| marker.len())
        .max()
        .unwrap_or_default();
    let mut missing: Vec<&str> = markers.to_vec();
    let mut file = File::open(path)?;
    let mut window = Vec::new();
    while !missing.is_empty() && file.by_ref().take(PIECE).read_to_end(&mut window)? > 0 {
        missing.retain(|marker| {
            let found = contains(&window, marker.as_bytes());
            if found {
                leaks.push(Leak {
                    file: path.to_owned(),
                    marker: marker.chars().take(12).collect::<String>() + "…",
                });
            }
            !found
        });
        window.drain(..window.len().saturating_sub(overlap));
    }
    Ok(())
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else {
        return false;
    };
    let mut from = 0;
    while let Some(offset) = haystack[from..].iter().position(|byte| byte == first) {
        let after = from + offset + 1;
        if haystack[after..].starts_with(rest) {
            return true;
        }
        from = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_in_a_nested_file_and_only_its_beginning_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let nested = folder.path().join("logs");
        fs::create_dir(&nested).unwrap();
        fs::write(nested.join("clean.log"), "nothing here").unwrap();
        fs::write(nested.join("server.log"), "token=canary-takealot-7f3a done").unwrap();

        let leaks = search(
            &[folder.path().to_owned()],
            &["canary-takealot-7f3a", "canary-xero"],
        )
        .unwrap();
        assert_eq!(
            leaks,
            [Leak {
                file: nested.join("server.log"),
                marker: "canary-takea…".into()
            }]
        );
    }

    #[test]
    fn a_marker_across_two_pieces_of_a_large_file_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("database");
        let mut bytes = vec![b'c'; (1 << 20) - 5];
        bytes.extend(b"canary-across");
        bytes.extend(vec![0; 3 << 20]);
        fs::write(&file, bytes).unwrap();

        assert_eq!(search(&[file], &["canary-across"]).unwrap().len(), 1);
    }

    #[test]
    fn a_place_that_does_not_exist_holds_no_leak() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            search(&[folder.path().join("none")], &["canary"]).unwrap(),
            []
        );
    }
}
