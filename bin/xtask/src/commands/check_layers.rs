//! `cargo xtask check-layers`: what each crate links, against the table of what it may link.

use anyhow::{Result, bail};

use crate::{
    layers::{Graph, TABLE, violations},
    workspace,
};

pub(crate) fn run() -> Result<()> {
    let graph = Graph::from_metadata(&workspace::metadata()?)?;
    let found = violations(&graph, TABLE);
    if found.is_empty() {
        println!("{} crates keep to their layers", TABLE.len());
        return Ok(());
    }
    for violation in &found {
        println!("  {violation}");
    }
    bail!(
        "{} of the above depart from bin/xtask/src/layers/table.rs: move the code to the layer that may do this, or change the \
         table and docs/architecture.md in the same commit",
        found.len()
    );
}
