//! Comparing the graph with the table.

use super::graph::{Documented, Graph};

/// What one crate of ours may link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer {
    pub(crate) name: &'static str,
    /// Crates of ours that it may name.
    pub(crate) may_use: &'static [&'static str],
    /// Foreign crates that it may not name; they may come in from below.
    pub(crate) must_not_use: &'static [&'static str],
    /// Crates, ours or foreign, that may not be linked by any way.
    pub(crate) must_not_reach: &'static [&'static str],
}

/// Every sentence that says how the graph departs from the table; none when it does not.
pub(crate) fn violations(graph: &Graph, table: &[Layer]) -> Vec<String> {
    let mut found = Vec::new();
    for layer in table {
        if graph.is_ours(layer.name) {
            check_layer(graph, layer, &mut found);
        } else {
            found.push(format!(
                "{} has a row in the table but is no crate here",
                layer.name
            ));
        }
    }
    for (name, documented) in graph.ours() {
        if table.iter().all(|layer| layer.name != name) {
            found.push(format!("{name} has no row in the table"));
        }
        if documented == Documented::No {
            found.push(format!(
                "{name} needs a README.md and `#![doc = include_str!(\"../README.md\")]` on top of its root file"
            ));
        }
    }
    found
}

fn check_layer(graph: &Graph, layer: &Layer, found: &mut Vec<String>) {
    let name = layer.name;
    for link in graph.links_of(name) {
        if graph.is_ours(link) && !layer.may_use.contains(&link) {
            found.push(format!("{name} may not use {link}"));
        }
        if layer
            .must_not_use
            .iter()
            .any(|pattern| matches(pattern, link))
        {
            found.push(format!("{name} may not use {link}"));
        }
    }
    for pattern in layer.must_not_reach {
        if let Some(way) = graph.way(name, |other| matches(pattern, other)) {
            found.push(format!(
                "{name} may not link {pattern}: {}",
                way.join(" → ")
            ));
        }
    }
}

/// `diesel*` is every name that begins with `diesel`; anything else is itself alone.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Layer] = &[
        Layer {
            name: "low",
            may_use: &[],
            must_not_use: &["cipher"],
            must_not_reach: &["web*"],
        },
        Layer {
            name: "high",
            may_use: &["low"],
            must_not_use: &[],
            must_not_reach: &["database"],
        },
    ];

    /// A graph that keeps every rule: `cipher` reaches `low` only from below.
    fn lawful() -> Graph {
        Graph::default()
            .with("low", &["driver"], Documented::Yes)
            .with("high", &["low"], Documented::Yes)
            .with_foreign("driver", &["cipher"])
    }

    #[test]
    fn a_graph_that_keeps_the_rules_has_no_violation() {
        assert_eq!(violations(&lawful(), TABLE), [""; 0]);
    }

    #[test]
    fn an_arrow_pointing_up_is_found() {
        let graph = lawful().with("low", &["high"], Documented::Yes);
        assert_eq!(violations(&graph, TABLE), ["low may not use high"]);
    }

    #[test]
    fn a_foreign_crate_that_may_not_be_named_is_found() {
        let graph = lawful().with("low", &["cipher"], Documented::Yes);
        assert_eq!(violations(&graph, TABLE), ["low may not use cipher"]);
    }

    #[test]
    fn what_may_not_be_reached_is_found_with_the_way_to_it() {
        let graph = lawful().with_foreign("cipher", &["web-client"]);
        assert_eq!(
            violations(&graph, TABLE),
            ["low may not link web*: low → driver → cipher → web-client"]
        );
    }

    #[test]
    fn what_a_lower_crate_brings_in_counts_for_the_higher_one() {
        let graph = lawful().with_foreign("driver", &["database"]);
        assert_eq!(
            violations(&graph, TABLE),
            ["high may not link database: high → low → driver → database"]
        );
    }

    #[test]
    fn a_crate_without_a_row_and_a_row_without_a_crate_are_found() {
        let graph =
            Graph::default()
                .with("low", &[], Documented::Yes)
                .with("new", &[], Documented::Yes);
        assert_eq!(
            violations(&graph, TABLE),
            [
                "high has a row in the table but is no crate here",
                "new has no row in the table"
            ]
        );
    }

    #[test]
    fn a_crate_that_its_readme_does_not_document_is_found() {
        let graph = lawful().with("high", &[], Documented::No);
        let found = violations(&graph, TABLE);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("high needs a README.md"), "{found:?}");
    }
}
