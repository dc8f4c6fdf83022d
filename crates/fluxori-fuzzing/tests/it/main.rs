//! Every target over every input that comes with this repository, and over many that are made of them. This needs no fuzzer,
//! so that what fuzzing rests on cannot rot where there is none.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod corpus;
mod mutations;
mod programs;
