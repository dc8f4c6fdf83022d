//! Ctrl-C and its kin, noticed instead of dying, so that no server is left behind.

use anyhow::{Context, Result};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

/// Signals that ask this program to stop, from the moment this exists.
pub(crate) struct Interrupts(Signals);

impl Interrupts {
    pub(crate) fn listen() -> Result<Self> {
        Signals::new([SIGHUP, SIGINT, SIGTERM])
            .map(Self)
            .context("could not listen for signals")
    }

    /// Whether one has arrived since the last call.
    pub(crate) fn arrived(&mut self) -> bool {
        self.0.pending().next().is_some()
    }
}
