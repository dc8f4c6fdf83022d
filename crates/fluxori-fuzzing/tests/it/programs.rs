//! `fuzz/` has a program and a folder for each target, and for nothing else.

use std::{collections::BTreeSet, fs, path::Path};

use fluxori_fuzzing::TARGETS;

use crate::corpus;

fn targets() -> BTreeSet<String> {
    TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_target_has_a_folder_of_inputs() {
    assert_eq!(names_in(&corpus::folder()), targets());
}

#[test]
fn each_target_has_a_program_that_runs_it_and_the_manifest_names_it() {
    let fuzz = corpus::folder().join("..");
    let programs = fuzz.join("fuzz_targets");
    assert_eq!(names_in(&programs), targets());
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for name in targets() {
        let source = fs::read_to_string(programs.join(format!("{name}.rs"))).unwrap();
        assert!(
            source.contains(&format!("fluxori_fuzzing::{name}(input)")),
            "{name}"
        );
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
    }
}

#[test]
fn targets_stand_in_the_order_of_their_names() {
    assert!(TARGETS.is_sorted_by_key(|(name, _)| *name));
}
