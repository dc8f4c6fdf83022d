//! `cargo xtask test`: every test, on both databases and in a browser, from nothing.

mod page;
mod rust;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::{canary, terminal, workspace};
use page::Page;
use rust::Rust;

#[derive(Default, clap::Args)]
pub(crate) struct Args {
    /// Run only this part; may be repeated
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Words for the test runner, of the crates unless --only says otherwise: a part of a test's name, or `-p fluxori-vault`
    #[arg(last = true, value_name = "WORDS")]
    words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The page by itself
    Frontend,
    /// The crates, on SQLite and on a private PostgreSQL, and the examples in their documentation
    Rust,
    /// The page in a browser, against the whole product
    E2e,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let parts = chosen(&args.only, &args.words);
    let kept = Kept::prepare()?;
    let page = prepare_page(&args.only, &parts, &kept)?;
    let rust = parts
        .contains(&Part::Rust)
        .then(|| Rust::prepare(&args.words, &kept))
        .transpose()?;

    let mut outcomes = Vec::new();
    for part in parts {
        match (part, &page, &rust) {
            (Part::Frontend, Some(page), _) => outcomes.push(page.run_alone(&args.words)),
            (Part::Rust, _, Some(rust)) => outcomes.extend(rust.run()),
            (Part::E2e, Some(page), _) => outcomes.push(page.run_in_browser(&args.words)),
            _ => {}
        }
    }
    let leaks = terminal::step("search what the tests left behind for secrets", || {
        let mut places = kept.places();
        if let Some(rust) = &rust {
            places.extend(rust.places()?);
        }
        canary::ensure_none(&places)
    });
    drop(rust);

    let (passed, failed) = sum(&outcomes);
    println!("\n{passed} passed, {failed} failed");
    for outcome in outcomes {
        outcome.result?;
    }
    leaks
}

/// What somebody asked for: words alone are for the crates.
fn chosen(only: &[Part], words: &[String]) -> Vec<Part> {
    if only.is_empty() && !words.is_empty() {
        return vec![Part::Rust];
    }
    let all = Part::value_variants().iter().copied();
    all.filter(|part| only.is_empty() || only.contains(part))
        .collect()
}

/// What the tests of the page need; `None` where they are not to be run, or cannot be.
fn prepare_page<'a>(only: &[Part], parts: &[Part], kept: &'a Kept) -> Result<Option<Page<'a>>> {
    if *parts == [Part::Rust] {
        return Ok(None);
    }
    match Page::prepare(parts, kept) {
        Ok(page) => Ok(Some(page)),
        Err(error) if page::may_be_left_out(only) => {
            println!("the page is NOT TESTED here: {error}");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// How one runner ended, and how many tests passed and failed where it said so.
struct Outcome {
    result: Result<()>,
    counts: Option<(u64, u64)>,
}

fn sum(outcomes: &[Outcome]) -> (u64, u64) {
    outcomes
        .iter()
        .filter_map(|outcome| outcome.counts)
        .fold((0, 0), |(passed, failed), (more, worse)| {
            (passed + more, failed + worse)
        })
}

/// Where what a run leaves is kept until the next one.
struct Kept {
    /// What the runners printed and reported.
    output: PathBuf,
    /// What tests chose to leave.
    artefacts: PathBuf,
    /// Database, keys and log of the server that browsers met.
    stage: PathBuf,
    /// What browsers showed when a test failed, with what had been typed into them.
    shown: PathBuf,
}

impl Kept {
    fn prepare() -> Result<Self> {
        let folder = workspace::target_folder()?.join("xtask-test");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("could not remove what the last run left")?;
        }
        let kept = Self {
            output: folder.join("output"),
            artefacts: folder.join("artefacts"),
            stage: folder.join("stage"),
            shown: folder.join("shown"),
        };
        for folder in kept.places() {
            fs::create_dir_all(folder)?;
        }
        Ok(kept)
    }

    /// Where no secret may be.
    fn places(&self) -> Vec<PathBuf> {
        [&self.output, &self.artefacts, &self.stage]
            .map(Clone::clone)
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_alone_are_for_the_crates() {
        let words = ["opens".to_owned()];
        assert_eq!(chosen(&[], &[]), Part::value_variants());
        assert_eq!(chosen(&[], &words), [Part::Rust]);
        assert_eq!(chosen(&[Part::E2e], &words), [Part::E2e]);
        let both = [Part::E2e, Part::Frontend];
        assert_eq!(chosen(&both, &[]), [Part::Frontend, Part::E2e]);
    }

    #[test]
    fn a_runner_that_counted_nothing_is_left_out_of_the_sum() {
        let outcome = |counts| Outcome {
            result: Ok(()),
            counts,
        };
        let outcomes = [outcome(Some((3, 1))), outcome(None), outcome(Some((4, 0)))];
        assert_eq!(sum(&outcomes), (7, 1));
    }
}
