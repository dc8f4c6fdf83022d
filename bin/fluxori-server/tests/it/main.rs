//! The program as an operator meets it: a process with an environment, killed at will.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod alerts;
mod audit;
mod backup;
mod dashboard;
mod deployment;
mod doctor;
mod doctor_google;
mod exposition;
mod google;
mod keys;
mod life;
mod listeners;
mod logs;
mod metrics;
mod page;
mod pooler;
mod process;
mod promql;
mod refusals;
mod secrets;
mod start_and_stop;
mod stores;
mod texts;
mod traces;
