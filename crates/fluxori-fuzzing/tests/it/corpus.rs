//! The inputs in `fuzz/corpus`: one folder a target.

use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use fluxori_fuzzing::{TARGETS, Target};

use crate::mutations::Mutations;

/// How many inputs are made of each that is there.
const MUTATIONS: usize = 60;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus")
}

/// The inputs of a target, by name.
fn inputs(target: &str) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder().join(target))
        .unwrap_or_else(|error| panic!("fuzz/corpus/{target}: {error}"))
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Tries one input; what to say where something does not hold.
fn failure((target, run): Target, input: &[u8], name: &str) -> Option<String> {
    let held = catch_unwind(AssertUnwindSafe(|| run(input)));
    held.err().map(|_| {
        let input = String::from_utf8_lossy(input);
        format!(
            "{target} does not hold for {name}: {}",
            input.escape_debug()
        )
    })
}

fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_must_hold_holds_for_every_input_of_the_corpus() {
    let mut failures = Vec::new();
    for target in TARGETS {
        let inputs = inputs(target.0);
        assert!(inputs.len() >= 5, "{} has too few inputs", target.0);
        failures.extend(failure(*target, b"", "nothing"));
        for (name, input) in inputs {
            failures.extend(failure(*target, &input, &name));
        }
    }
    assert_none(&failures);
}

#[test]
fn it_holds_for_inputs_that_are_made_of_them() {
    let mut failures = Vec::new();
    for target in TARGETS {
        let inputs: Vec<_> = inputs(target.0).into_iter().collect();
        let all: Vec<&[u8]> = inputs.iter().map(|(_, input)| input.as_slice()).collect();
        // The first failure of a target says enough.
        failures.extend(inputs.iter().find_map(|(name, input)| {
            let mutations = Mutations::of(input, &all).take(MUTATIONS);
            mutations.enumerate().find_map(|(number, input)| {
                failure(*target, &input, &format!("change {number} of {name}"))
            })
        }));
    }
    assert_none(&failures);
}
