use std::{fs, process::Command, thread, time::Duration};

use super::PostgresServer;

/// How a statement is put to PostgreSQL's own benchmark: the reference that our reads are measured against.
#[derive(Debug, Clone, Copy)]
pub struct Pgbench<'a> {
    /// Of the database, as `DATABASE_URL` takes it.
    pub url: &'a str,
    /// What every client runs, over and over, prepared.
    pub script: &'a str,
    /// Values of the `:variables` of the script.
    pub variables: &'a [(&'a str, &'a str)],
    /// Concurrent clients.
    pub clients: usize,
}

impl Pgbench<'_> {
    /// The script of a statement as PostgreSQL shows it, with these in the places of `$1`, `$2` and so on: `:variables` or
    /// literals.
    #[must_use]
    pub fn script_of(statement: &str, parameters: &[&str]) -> String {
        // From the last one on: `$1` is the beginning of `$10`.
        let numbered = parameters.iter().enumerate().rev();
        let script = numbered.fold(statement.trim().to_owned(), |text, (index, parameter)| {
            text.replace(&format!("${}", index + 1), parameter)
        });
        format!("{script};\n")
    }

    /// Runs it for so long and returns the transactions a second of all clients together.
    ///
    /// # Panics
    /// When it cannot be run, or says no rate.
    #[must_use]
    pub fn rate(&self, length: Duration) -> f64 {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        let printed = self.run(&[
            format!("--client={}", self.clients),
            format!("--jobs={}", cores.min(self.clients)),
            format!("--time={}", length.as_secs().max(1)),
        ]);
        let rate = printed.lines().find_map(|line| line.strip_prefix("tps = "));
        rate.and_then(|line| line.split(' ').next())
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("{printed}"))
    }

    fn run(&self, options: &[String]) -> String {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let script = folder.path().join("script.sql");
        fs::write(&script, self.script).expect("a temporary file can be written");
        let program =
            PostgresServer::find_bin_dir().map_or("pgbench".into(), |bin| bin.join("pgbench"));
        let output = Command::new(program)
            .args(["--no-vacuum", "--protocol=prepared"])
            // Sent as parameters, so they stand here without quotes.
            .args(
                self.variables
                    .iter()
                    .map(|(name, value)| format!("--define={name}={value}")),
            )
            .args(options)
            .arg("--file")
            .arg(&script)
            .arg(self.url)
            .output()
            .expect("pgbench can be started");
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaints}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
