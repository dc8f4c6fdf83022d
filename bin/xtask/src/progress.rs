//! How far a long task is: a bar on a terminal, and a line now and then elsewhere.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal;

/// How often a line tells of progress where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// Progress through a time that is known before.
pub(crate) struct Progress {
    bar: ProgressBar,
    began: Instant,
    whole: Duration,
    told: Option<Instant>,
}

impl Progress {
    pub(crate) fn begin(whole: Duration) -> Self {
        let target = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(whole.as_secs()), target);
        let style = ProgressStyle::with_template("  {bar:30} {pos}/{len} s  {msg}");
        bar.set_style(style.expect("the template is one"));
        Self {
            bar,
            began: Instant::now(),
            whole,
            told: None,
        }
    }

    /// Shows how much time has passed, and `state`.
    pub(crate) fn show(&mut self, state: &dyn Fn() -> String) {
        let passed = self.began.elapsed();
        if !self.bar.is_hidden() {
            self.bar.set_message(state());
            self.bar.set_position(passed.as_secs());
        } else if self.told.is_none_or(|told| told.elapsed() >= LINE_EVERY) {
            self.told = Some(Instant::now());
            let whole = terminal::seconds(self.whole);
            println!("  {} of {whole}: {}", terminal::seconds(passed), state());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
