//! Every port on both databases, and what is particular to each.

mod support;

mod connections;
mod defaults;
