//! Builds a release anew when the page that it carries has changed.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the page when it runs. While there is none, cargo looks for it at each build of a release.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../frontend/dist/app");
    }
}
