//! Environment variables as lines of `NAME=VALUE`.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};

use super::{curl::quoted, files::write_private};

/// Variables in the order of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Takes a variable out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Takes a line when it is `NAME=VALUE` with a name in capitals; says whether it was.
    pub(crate) fn take_line(&mut self, line: &str) -> bool {
        let Some((name, value)) = line.trim_end().split_once('=') else {
            return false;
        };
        let is_name = name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|letter| {
                letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
            });
        if is_name {
            self.set(name, value);
        }
        is_name
    }

    /// Those whose name satisfies `chosen`, and the others.
    pub(crate) fn split(self, chosen: impl Fn(&str) -> bool) -> (Self, Self) {
        let (first, second) = self.0.into_iter().partition(|(name, _)| chosen(name));
        (Self(first), Self(second))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn value(&self, name: &str) -> Result<&str> {
        let value = self.0.get(name).map(String::as_str);
        value.with_context(|| format!("{name} is not among the variables"))
    }

    /// Writes a file that a shell reads with `.`, for its owner only.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let lines = self
            .iter()
            .map(|(name, value)| format!("export {name}={}\n", quoted(value)));
        write_private(path, &lines.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, process::Command};

    use super::*;

    #[test]
    fn only_lines_that_set_a_variable_are_taken() {
        let mut environment = Environment::default();
        assert!(environment.take_line("XERO_API_URL=http://127.0.0.1:4000/a?b=c\n"));
        assert!(!environment.take_line("listening on port=4000"));
        assert!(!environment.take_line("ready"));
        assert!(!environment.take_line("=x"));
        assert_eq!(
            environment.iter().collect::<Vec<_>>(),
            [("XERO_API_URL", "http://127.0.0.1:4000/a?b=c")]
        );
    }

    #[test]
    fn a_shell_reads_back_what_was_written_and_nobody_else_may() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("adapter.env");
        let mut environment = Environment::default();
        environment.set("KEY", r#"it's a "key" $HOME"#);
        environment.write(&path).unwrap();

        let output = Command::new("sh")
            .args(["-c", ". \"$0\"; printf %s \"$KEY\""])
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            r#"it's a "key" $HOME"#
        );
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
