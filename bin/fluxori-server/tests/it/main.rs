//! The program as an operator meets it: a process with an environment, killed at will.

mod doctor;
mod life;
mod process;
mod refusals;
mod texts;
