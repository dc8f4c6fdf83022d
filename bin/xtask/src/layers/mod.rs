//! Which crate may link which: the table, the graph that cargo resolves, and their comparison.

mod graph;
mod rules;
mod table;

pub(crate) use graph::Graph;
pub(crate) use rules::violations;
pub(crate) use table::TABLE;
