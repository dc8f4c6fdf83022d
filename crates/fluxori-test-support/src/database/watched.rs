use std::{
    fs,
    io::{self, BufRead as _, BufReader, Write as _},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use tempfile::TempDir;

/// A server program with a folder of its own, which a watchdog starts and stops.
///
/// Both are gone when the value is dropped, when the process ends, and when the process is killed.
#[derive(Debug)]
pub(super) struct Watched {
    folder: PathBuf,
    watchdog: Child,
    commands: Option<ChildStdin>,
    answers: Option<BufReader<ChildStdout>>,
}

impl Watched {
    /// Prepares a program with these words for `user`, whose folder this is from here on. It does not run yet.
    pub(super) fn prepare(
        user: &ServerUser,
        folder: TempDir,
        program: &Path,
        words: &[String],
    ) -> io::Result<Self> {
        let mut watchdog = user.command("sh");
        let mut watchdog = watchdog
            .args(["-c", include_str!("watchdog.sh"), "watchdog"])
            .arg(folder.path())
            .arg(program)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let commands = watchdog.stdin.take();
        let answers = watchdog.stdout.take();
        Ok(Self {
            // From here on the watchdog removes the folder.
            folder: folder.keep(),
            watchdog,
            commands,
            answers: answers.map(BufReader::new),
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the program has logged.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// `start`, `stop` or `kill`.
    pub(super) fn command(&mut self, command: &str) -> io::Result<()> {
        let mut answer = String::new();
        if let (Some(commands), Some(answers)) = (&mut self.commands, &mut self.answers) {
            writeln!(commands, "{command}")?;
            answers.read_line(&mut answer)?;
        }
        if answer == "done\n" {
            Ok(())
        } else {
            Err(io::Error::other("the watchdog of the server is gone"))
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.commands.take());
        // Nothing is left to do when waiting fails: the watchdog removes everything by itself.
        let _ = self.watchdog.wait();
    }
}

/// Who runs a server: PostgreSQL and its poolers refuse to be root.
#[derive(Debug)]
pub(super) struct ServerUser(Option<(u32, u32)>);

impl ServerUser {
    pub(super) fn choose() -> io::Result<Self> {
        let number = |args: &[&str]| -> io::Result<Option<u32>> {
            let output = Command::new("id").args(args).output()?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
        };
        if number(&["-u"])? != Some(0) {
            return Ok(Self(None));
        }
        for name in ["postgres", "nobody"] {
            if let (Some(user), Some(group)) = (number(&["-u", name])?, number(&["-g", name])?) {
                return Ok(Self(Some((user, group))));
            }
        }
        Err(io::Error::other(
            "PostgreSQL refuses to run as root, and there is no user postgres or nobody",
        ))
    }

    /// A new folder of this user.
    pub(super) fn folder(&self, prefix: &str) -> io::Result<TempDir> {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir()?;
        self.give(folder.path())?;
        Ok(folder)
    }

    /// Makes this user the owner.
    pub(super) fn give(&self, path: &Path) -> io::Result<()> {
        self.0
            .map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))
    }

    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = match self.0 {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={user}"))
                    .arg(format!("--regid={group}"))
                    .args(["--clear-groups", "--"])
                    .arg(program);
                command
            }
        };
        command.current_dir("/");
        command
    }
}
