//! Programs that run until they are stopped.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::interrupts::Interrupts;

const POLL: Duration = Duration::from_millis(100);
const GRACE: Duration = Duration::from_secs(15);

/// A started program, stopped when this is dropped.
///
/// It has a process group of its own: Ctrl-C on the terminal reaches only us, and we pass it on once.
pub(crate) struct Program {
    name: &'static str,
    child: Child,
}

impl Program {
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        Ok(Self { name, child })
    }

    /// Starts one that says where it is, and returns its lines as they come.
    pub(crate) fn start_speaking(
        name: &'static str,
        command: &mut Command,
    ) -> Result<(Self, Receiver<String>)> {
        let mut program = Self::start(name, command.stdout(Stdio::piped()))?;
        let output = program.output().context("its output is a pipe")?;
        Ok((program, lines_of(output)))
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) -> Result<()> {
        let killed = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        killed.with_context(|| format!("could not kill {}", self.name))?;
        self.child.wait().map(|_| ()).context("could not bury it")
    }

    /// What it prints, where it was started with a pipe; only once.
    pub(crate) fn output(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// Fails when it has ended by itself, which none of these should.
    pub(crate) fn check_running(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!(
                "{} ended by itself ({status}); its last lines above say why",
                self.name
            );
        }
        Ok(())
    }

    fn wait_for_end(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(POLL);
        }
        None
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let group = Pid::from_child(&self.child);
        // A group that is gone by now is what we want.
        let _ = kill_process_group(group, Signal::TERM);
        if self.wait_for_end().is_none() {
            eprintln!("{} does not stop, so it is killed", self.name);
            let _ = kill_process_group(group, Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

/// Reads lines as they come, to the end, so that the program never waits for a reader.
fn lines_of(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // At some line nobody listens any more, and reading goes on all the same.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// Waits until `ready` answers yes.
///
/// # Errors
/// When a program ends, a minute passes or somebody asks us to stop.
pub(crate) fn wait_until(
    what: &str,
    programs: &mut [&mut Program],
    interrupts: &mut Interrupts,
    ready: impl Fn() -> bool,
) -> Result<()> {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !ready() {
        for program in &mut *programs {
            program.check_running()?;
        }
        if interrupts.arrived() {
            bail!("stopped while waiting until {what}");
        }
        if Instant::now() > deadline {
            bail!("waited a minute until {what}, in vain");
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Watches over running programs until somebody asks us to stop.
///
/// # Errors
/// When one of them ends by itself.
pub(crate) fn supervise(programs: &mut [&mut Program], interrupts: &mut Interrupts) -> Result<()> {
    while !interrupts.arrived() {
        for program in &mut *programs {
            program.check_running()?;
        }
        thread::sleep(POLL);
    }
    println!("\nstopping");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_is_read_line_by_line() {
        let mut command = Command::new("sh");
        command.args(["-c", "printf 'A=1\\nB=2\\n\\nrunning\\n'"]);
        let (_program, lines) = Program::start_speaking("speaker", &mut command).unwrap();
        let told: Vec<_> = lines.iter().take_while(|line| !line.is_empty()).collect();
        assert_eq!(told, ["A=1", "B=2"]);
    }

    #[test]
    fn a_dropped_program_and_its_children_are_gone() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 600 & echo started; wait"])
            .stdout(Stdio::piped());
        let mut program = Program::start("sleeper", &mut command).unwrap();
        let mut output = BufReader::new(program.output().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "started\n");

        drop(program);

        // The pipe ends when the last process that holds it has gone, so this would hang.
        assert_eq!(output.read_to_string(&mut line).unwrap(), 0);
    }

    #[test]
    fn a_program_that_ends_by_itself_is_reported_by_name() {
        let mut program =
            Program::start("short", Command::new("sh").args(["-c", "exit 3"])).unwrap();
        program.wait_for_end();
        let error = program.check_running().unwrap_err().to_string();
        assert!(
            error.starts_with("short ended by itself (exit status: 3)"),
            "{error}"
        );
    }
}
