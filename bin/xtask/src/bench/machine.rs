//! The shape of the machine that a measurement belongs to.

use std::{fmt, fs, process::Command, thread};

use fluxori_test_support::database::PostgresServer;
use serde::Serialize;

use crate::process;

/// What a reader needs to compare two runs; `unknown` where the machine does not tell.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    pub(crate) system: String,
    pub(crate) rustc: String,
    pub(crate) postgresql: String,
}

impl Machine {
    pub(crate) fn look() -> Self {
        Self {
            processor: field_of("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory_gib: field_of("/proc/meminfo", "MemTotal")
                .and_then(|text| in_gib(&text))
                .unwrap_or_default(),
            system: printed_by(Command::new("uname").args(["-sr"])),
            rustc: printed_by(Command::new("rustc").arg("--version")),
            postgresql: PostgresServer::find_bin_dir().map_or_else(unknown, |folder| {
                printed_by(Command::new(folder.join("postgres")).arg("--version"))
            }),
        }
    }
}

/// In one line.
impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cores of {}, {} GiB, {}, {}, {}",
            self.cores, self.processor, self.memory_gib, self.system, self.rustc, self.postgresql,
        )
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn printed_by(command: &mut Command) -> String {
    process::capture(command).map_or_else(|_| unknown(), |text| text.trim().to_owned())
}

/// The value of the first `name : value` line of a file.
fn field_of(path: &str, name: &str) -> Option<String> {
    fs::read_to_string(path).ok()?.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// `24617296 kB` in whole GiB, rounded.
fn in_gib(text: &str) -> Option<u64> {
    let kib: u64 = text.strip_suffix(" kB")?.parse().ok()?;
    Some((kib + (1 << 19)) >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_rounded_to_whole_gib() {
        assert_eq!(in_gib("25165824 kB"), Some(24));
        assert_eq!(in_gib("25000000 kB"), Some(24));
        assert_eq!(in_gib("many"), None);
    }
}
