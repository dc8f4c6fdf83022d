//! What the system says of a process.

use std::{fs, io};

use anyhow::{Context, Result};

/// One look at a process.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Look {
    /// Memory that is in use, in MiB.
    pub(crate) memory: f64,
    /// Open files, sockets and the like.
    pub(crate) files: f64,
    pub(crate) threads: f64,
    /// Tasks on the runtime that drives the database; `None` while the process does not say.
    pub(crate) tasks: Option<f64>,
}

impl Look {
    /// Looks at a process, which may have ended: then there is nothing to see.
    pub(crate) fn at(process: u32) -> Result<Option<Self>> {
        let status = match fs::read_to_string(format!("/proc/{process}/status")) {
            Ok(status) => status,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("/proc does not tell of a process"),
        };
        let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else {
            return Ok(None);
        };
        let files = u32::try_from(files.count())?;
        // One that ends at this moment has no memory any more.
        Ok(read(&status).map(|look| Self {
            files: files.into(),
            ..look
        }))
    }
}

fn read(status: &str) -> Option<Look> {
    let number = |name: &str| -> Option<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some(Look {
        memory: number("VmRSS:")? / 1_024.0,
        threads: number("Threads:")?,
        ..Look::default()
    })
}

/// The value of a metric without labels, in Prometheus' text.
pub(crate) fn metric(text: &str, name: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen() {
        let look = Look::at(std::process::id()).unwrap().unwrap();
        assert!(look.memory > 1.0 && look.memory < 4_096.0, "{look:?}");
        assert!(look.files >= 3.0 && look.threads >= 1.0, "{look:?}");
    }

    #[test]
    fn one_that_has_ended_is_not() {
        assert_eq!(Look::at(u32::MAX).unwrap(), None);
        assert_eq!(read("Name:\tghost\nThreads:\t1\n"), None);
    }

    #[test]
    fn a_metric_is_found_by_its_whole_name() {
        let text = "# TYPE a gauge\na_b 7\na{x=\"y\"} 3\na 2.5\n";
        assert_eq!(metric(text, "a"), Some(2.5));
        assert_eq!(metric(text, "a_b"), Some(7.0));
        assert_eq!(metric(text, "b"), None);
    }
}
