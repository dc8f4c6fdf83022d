//! What benchmarks print, and how it is shown.

mod machine;
pub(crate) mod report;
pub(crate) mod row;

pub(crate) use machine::Machine;
pub(crate) use row::Row;
