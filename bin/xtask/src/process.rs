//! Running other programs to their end.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// Runs a program to its end; what it prints goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("could not start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs a program to its end and returns what it printed on standard output.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("could not start `{}`", line(command)))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", line(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed bytes that are no text", line(command)))
}

/// Whether a program can be started and ends well; what it prints is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Like [`run`], and keeps everything the program prints in `file` as well.
pub(crate) fn run_and_keep(mut command: Command, file: &Path) -> Result<()> {
    let name = line(&command);
    let mut kept =
        File::create(file).with_context(|| format!("could not write {}", file.display()))?;
    let (mut reader, writer) = io::pipe().context("could not make a pipe")?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone().context("could not share a pipe")?)
        .stderr(writer);
    let mut child = command
        .spawn()
        .with_context(|| format!("could not start `{name}`"))?;
    // Our copies of the writing end go with the command, so that reading ends when the child does.
    drop(command);

    let mut buffer = [0; 8192];
    loop {
        let count = reader.read(&mut buffer).context("could not read a pipe")?;
        if count == 0 {
            break;
        }
        io::stdout().write_all(&buffer[..count])?;
        kept.write_all(&buffer[..count])?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{name}` failed ({status})");
    }
    Ok(())
}

/// The command as a person would type it, without the environment it is given.
fn line(command: &Command) -> String {
    let mut words = vec![
        Path::new(command.get_program())
            .file_name()
            .unwrap_or(command.get_program())
            .to_string_lossy()
            .into_owned(),
    ];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_of_a_program_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kept");
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2"]);
        run_and_keep(command, &file).unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), "out\nerr\n");
    }

    #[test]
    fn a_failure_names_the_command_and_not_its_environment() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exit 3"]).env("KEY", "canary-1b2c");
        let error = run(&mut command).unwrap_err().to_string();
        assert_eq!(error, "`sh -c exit 3` failed (exit status: 3)");
    }
}
