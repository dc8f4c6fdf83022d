use std::{
    io::IsTerminal,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use fluxori_credentials::telemetry::events;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a log line tells of progress where there is no terminal.
const LINES: u64 = 1_000;

/// A progress bar on a terminal, and a log line now and then elsewhere.
pub(in crate::commands) struct Progress {
    bar: ProgressBar,
    doing: &'static str,
    told: AtomicU64,
}

impl Progress {
    /// Of so many, or of nobody knows how many.
    pub(in crate::commands) fn new(doing: &'static str, total: Option<u64>) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(total, target).with_message(doing);
        let template = match total {
            Some(_) => "{msg} {bar:30} {pos}/{len}, {per_sec}, {eta} left",
            None => "{msg} {pos}, {per_sec} {spinner}",
        };
        bar.set_style(ProgressStyle::with_template(template).expect("the template is one"));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self {
            bar,
            doing,
            told: AtomicU64::new(0),
        }
    }

    pub(in crate::commands) fn reached(&self, count: u64) {
        self.bar.set_position(count);
        if self.bar.is_hidden() && count >= self.told.load(Ordering::Relaxed) + LINES {
            self.told.store(count, Ordering::Relaxed);
            tracing::info!(event = events::COMMAND_PROGRESS, count, "{}", self.doing);
        }
    }

    pub(in crate::commands) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
