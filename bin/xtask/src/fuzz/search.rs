use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{process, terminal, tools, workspace};

/// A search of so many seconds for each target.
pub(crate) struct Search {
    seconds: u32,
    /// Where programs are built. Beside them lie what each printed, and the inputs that led somewhere new: it is from
    /// those that the next search goes on.
    build: PathBuf,
}

/// How it went with one target.
struct Row {
    target: String,
    held: bool,
    time: String,
    inputs: String,
}

impl Search {
    /// Programs are built of the crates that ship, in the same versions: by the lock file of the workspace.
    pub(crate) fn prepare(seconds: u32) -> Result<Self> {
        fs::copy(
            workspace::root().join("Cargo.lock"),
            folder().join("Cargo.lock"),
        )
        .context("could not copy Cargo.lock")?;
        let build = workspace::target_folder()?.join("fuzz");
        fs::create_dir_all(build.join("logs")).context("could not make the folder for logs")?;
        Ok(Self { seconds, build })
    }

    /// Builds the programs, and runs as many at once as there are processors.
    pub(crate) fn run(&self, targets: Vec<String>) -> Result<()> {
        terminal::step("build the programs", || {
            let mut command = self.cargo_fuzz("build")?;
            if let [one] = targets.as_slice() {
                command.arg(one);
            }
            process::run(&mut command)
        })?;
        println!("each is tried for {} s", self.seconds);
        let waiting = Mutex::new(targets.into_iter().rev().collect::<Vec<_>>());
        let rows = Mutex::new(Vec::new());
        let next = || locked(&waiting).pop();
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    while let Some(target) = next() {
                        let row = self.attempt(target);
                        locked(&rows).push(row);
                    }
                });
            }
        });
        self.report(&mut rows.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn attempt(&self, target: String) -> Row {
        let began = Instant::now();
        let held = self.search(&target).unwrap_or_else(|error| {
            println!("{target}: {error:#}");
            false
        });
        Row {
            time: terminal::seconds(began.elapsed()),
            inputs: tried(&fs::read_to_string(self.log(&target)).unwrap_or_default()),
            target,
            held,
        }
    }

    /// Whether everything held that must.
    fn search(&self, target: &str) -> Result<bool> {
        let found = self.build.join("found").join(target);
        fs::create_dir_all(&found).context("could not make the folder for new inputs")?;
        let printed = File::create(self.log(target)).context("could not write the log")?;
        let mut command = self.cargo_fuzz("run")?;
        command
            .arg(target)
            // New inputs go into the first folder.
            .args([found, folder().join("corpus").join(target)])
            .args(["--", "-print_final_stats=1"])
            .arg(format!("-max_total_time={}", self.seconds))
            // Longer than most of what is sent, and short enough to try many.
            .arg("-max_len=16384")
            // Nothing takes near as many seconds to be read.
            .arg("-timeout=10")
            .stdin(Stdio::null())
            .stdout(printed.try_clone().context("could not share the log")?)
            .stderr(printed);
        let status = command.status().context("could not start cargo-fuzz")?;
        Ok(status.success())
    }

    fn report(&self, rows: &mut [Row]) -> Result<()> {
        rows.sort_unstable_by(|one, other| one.target.cmp(&other.target));
        let cells: Vec<_> = rows
            .iter()
            .map(|row| {
                let outcome = if row.held { "held" } else { "DID NOT HOLD" };
                let cells = [&row.target, outcome, &row.inputs, &row.time];
                cells.map(str::to_owned).to_vec()
            })
            .collect();
        let header = ["target", "outcome", "inputs tried", "time"];
        print!("\n{}", terminal::table(&header, &cells));
        let failed: Vec<_> = rows.iter().filter(|row| !row.held).collect();
        for row in &failed {
            println!(
                "{}: what it printed is in {}, the input in fuzz/artifacts/{}",
                row.target,
                self.log(&row.target).display(),
                row.target
            );
        }
        if !failed.is_empty() {
            bail!("{} of {} targets did not hold", failed.len(), rows.len());
        }
        Ok(())
    }

    fn log(&self, target: &str) -> PathBuf {
        self.build.join("logs").join(format!("{target}.log"))
    }

    fn cargo_fuzz(&self, what: &str) -> Result<Command> {
        let mut command = tools::cargo_fuzz()?;
        command
            .current_dir(folder())
            .args([what, "--target-dir"])
            .arg(&self.build)
            .env("RUSTUP_TOOLCHAIN", "nightly")
            // The one that started this is of the other toolchain.
            .env_remove("CARGO");
        Ok(command)
    }
}

/// How many inputs were tried, as a program says in the end.
fn tried(printed: &str) -> String {
    printed
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .map_or_else(|| "?".to_owned(), |number| number.trim().to_owned())
}

fn folder() -> PathBuf {
    Path::new(workspace::root()).join("fuzz")
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_inputs_is_read_from_what_a_program_prints() {
        let printed = "Done 5 runs\nstat::number_of_executed_units: 12345\nstat::new_units: 1\n";
        assert_eq!(tried(printed), "12345");
        assert_eq!(tried("it died"), "?");
    }
}
