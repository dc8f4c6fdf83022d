//! One process of the storm, of chaos or of a soak, and what is said to it and by it.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::interrupts::Interrupts;

/// Longer than anything a process does, a lease that has to end and a build without optimisation included.
const PATIENCE: Duration = Duration::from_mins(4);

/// A running process, killed when this is dropped. It ends by itself when its standard input does.
pub(crate) struct Worker {
    child: Child,
    orders: ChildStdin,
    lines: Receiver<String>,
    /// Where what it prints is kept; what it logs is beside it.
    output: PathBuf,
    patience: Duration,
}

impl Worker {
    /// Starts `command`; `output` is a path for what it prints, without an ending.
    pub(crate) fn start(mut command: Command, output: &std::path::Path) -> Result<Self> {
        let log = File::create(output.with_extension("log"))?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("could not start a process of the storm")?;
        let orders = child.stdin.take().context("its input is a pipe")?;
        let printed = child.stdout.take().context("its output is a pipe")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(printed).lines().map_while(Result::ok) {
                // Nobody listens to one that was killed.
                let _ = sender.send(line);
            }
        });
        Ok(Self {
            child,
            orders,
            lines,
            output: output.to_owned(),
            patience: PATIENCE,
        })
    }

    /// The same, and it may be silent for so long.
    pub(crate) const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes `text` to its input.
    pub(crate) fn say(&mut self, text: &str) -> Result<()> {
        writeln!(self.orders, "{text}").context("a process of the storm does not listen")
    }

    /// Waits until it is connected.
    pub(crate) fn wait_until_ready(&self, interrupts: &mut Interrupts) -> Result<()> {
        let line = self.next_line(interrupts)?;
        ensure!(
            line.as_deref() == Some("ready"),
            "a process of the storm did not begin; {} says why",
            self.log()
        );
        Ok(())
    }

    /// Fails when it ended, which nobody asked it to.
    pub(crate) fn check_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!(
                "a process of the storm ended by itself ({status}); {} says why",
                self.log()
            ),
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill().context("could not kill a process")?;
        self.child.wait().map(|_| ()).context("could not bury it")
    }

    /// `kill -9`. Returns what it had said and nobody had heard.
    pub(crate) fn kill_and_hear(mut self) -> Result<Vec<String>> {
        self.child.kill().context("could not kill a process")?;
        self.child.wait().context("could not bury it")?;
        Ok(self.lines.iter().collect())
    }

    /// What it has said since somebody listened last.
    pub(crate) fn hear(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// Waits for its end, keeps what it printed and returns what it counted.
    pub(crate) fn end(self, interrupts: &mut Interrupts) -> Result<Value> {
        self.end_and_hear(interrupts).map(|(counted, _)| counted)
    }

    /// The same, and returns everything that nobody had heard as well.
    pub(crate) fn end_and_hear(
        mut self,
        interrupts: &mut Interrupts,
    ) -> Result<(Value, Vec<String>)> {
        let mut lines = Vec::new();
        while let Some(line) = self.next_line(interrupts)? {
            lines.push(line);
        }
        fs::write(self.output.with_extension("out"), lines.join("\n"))?;
        let status = self.child.wait()?;
        ensure!(
            status.success(),
            "a process of the storm failed ({status}); {} says why",
            self.log()
        );
        let last = lines.last().map(String::as_str).unwrap_or_default();
        let counted = serde_json::from_str(last);
        Ok((
            counted.context("a process of the storm counted nothing")?,
            lines,
        ))
    }

    fn next_line(&self, interrupts: &mut Interrupts) -> Result<Option<String>> {
        let deadline = Instant::now() + self.patience;
        loop {
            match self.lines.recv_timeout(Duration::from_millis(200)) {
                Ok(line) => return Ok(Some(line)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
            ensure!(!interrupts.arrived(), "stopped");
            ensure!(
                Instant::now() < deadline,
                "a process of the storm hangs; {} may say why",
                self.log()
            );
        }
    }

    fn log(&self) -> String {
        self.output.with_extension("log").display().to_string()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
