use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use fluxori_credentials::{LogSection, telemetry::events};
use tracing_subscriber::{EnvFilter, Registry, filter::ParseError, reload};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// No filter is longer than so many bytes.
const LONGEST: u64 = 4_096;

type Filter = reload::Layer<EnvFilter, Registry>;

/// The filter of `LOG`, or of the file that `LOG_FILTER_FILE` names, and who looks whether that changes.
pub(super) fn of(settings: &LogSection) -> Result<(Filter, Option<FilterWatch>)> {
    let standing = EnvFilter::try_new(&settings.filter)
        .context("LOG must be a filter such as `info` or `fluxori=debug,info`")?;
    let (filter, handle) = reload::Layer::new(standing);
    let watch = settings.filter_file.as_ref().map(|file| FilterWatch {
        file: PathBuf::from(file),
        standing: settings.filter.clone(),
        handle,
        seen: None,
    });
    Ok((filter, watch))
}

/// Puts what a file says into force, whenever it says something else. An absent or empty file means `LOG`.
pub(super) struct FilterWatch {
    file: PathBuf,
    standing: String,
    handle: reload::Handle<EnvFilter, Registry>,
    /// What the file held, or why it could not be read, when it was looked at last.
    seen: Option<Result<String, ErrorKind>>,
}

impl FilterWatch {
    /// Looks at once, and then every second for as long as the process runs.
    pub(super) fn start(mut self) -> Result<()> {
        self.look();
        let looking = move || loop {
            thread::sleep(LOOK);
            self.look();
        };
        thread::Builder::new()
            .name("log-filter".to_owned())
            .spawn(looking)
            .context("the thread that looks at LOG_FILTER_FILE does not start")?;
        Ok(())
    }

    fn look(&mut self) {
        let found = read(&self.file);
        if self.seen.as_ref() == Some(&found) {
            return;
        }
        let is_first = self.seen.is_none();
        match &found {
            Ok(text) if is_first && text.is_empty() => {}
            Ok(text) => self.apply(text),
            Err(error) => tracing::warn!(
                event = events::LOG_KEPT,
                %error,
                "LOG_FILTER_FILE cannot be read: the filter before stays in force"
            ),
        }
        self.seen = Some(found);
    }

    fn apply(&self, text: &str) {
        let filter = if text.is_empty() {
            &self.standing
        } else {
            text
        };
        match self.put(filter) {
            // A warning, so that a log which is quiet from here on says why.
            Ok(()) => tracing::warn!(
                event = events::LOG_CHANGED,
                filter,
                "another filter holds for log lines"
            ),
            Err(error) => tracing::warn!(
                event = events::LOG_KEPT,
                %error,
                "what LOG_FILTER_FILE says is no filter: the one before stays in force"
            ),
        }
    }

    fn put(&self, filter: &str) -> Result<(), ParseError> {
        let filter = EnvFilter::try_new(filter)?;
        // It only fails when nobody logs any more.
        let _ = self.handle.reload(filter);
        Ok(())
    }
}

/// What the file says, without white space around it; nothing when there is no such file.
fn read(file: &Path) -> Result<String, ErrorKind> {
    let mut text = String::new();
    let opened = File::open(file).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    match opened {
        Ok(_) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error.kind()),
    }
}
