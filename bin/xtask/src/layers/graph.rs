//! The workspace as the layers see it: crates, and what each links in a normal build.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, PackageId};

/// Crates by name, ours and foreign; several versions of one crate count as one.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    links: BTreeMap<String, BTreeSet<String>>,
    ours: BTreeMap<String, Documented>,
}

/// Whether the README of a crate is its crate documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Documented {
    Yes,
    No,
}

impl Graph {
    /// Reads what cargo resolved, with the root source file of each crate of ours.
    pub(crate) fn from_metadata(metadata: &Metadata) -> Result<Self> {
        let resolve = metadata
            .resolve
            .as_ref()
            .context("cargo resolved nothing")?;
        let names: BTreeMap<&PackageId, &str> = metadata
            .packages
            .iter()
            .map(|package| (&package.id, package.name.as_str()))
            .collect();
        let mut graph = Self::default();
        for node in &resolve.nodes {
            let links = graph.links.entry(names[&node.id].to_owned()).or_default();
            let normal = node.deps.iter().filter(|link| {
                link.dep_kinds
                    .iter()
                    .any(|kind| kind.kind == DependencyKind::Normal)
            });
            links.extend(normal.map(|link| names[&link.pkg].to_owned()));
        }
        for package in metadata.workspace_packages() {
            let root = package
                .targets
                .iter()
                .find(|target| target.is_lib())
                .or_else(|| package.targets.iter().find(|target| target.is_bin()))
                .with_context(|| format!("{} builds neither library nor program", package.name))?;
            let source = fs::read_to_string(&root.src_path)
                .with_context(|| format!("could not read {}", root.src_path))?;
            let folder = package
                .manifest_path
                .parent()
                .context("a manifest lies in a folder")?;
            let documented = if source.contains(r#"#![doc = include_str!("../README.md")]"#)
                && folder.join("README.md").exists()
            {
                Documented::Yes
            } else {
                Documented::No
            };
            graph.ours.insert(package.name.to_string(), documented);
        }
        Ok(graph)
    }

    /// Our crates, and whether each is documented by its README.
    pub(crate) fn ours(&self) -> impl Iterator<Item = (&str, Documented)> {
        self.ours
            .iter()
            .map(|(name, documented)| (name.as_str(), *documented))
    }

    pub(crate) fn is_ours(&self, name: &str) -> bool {
        self.ours.contains_key(name)
    }

    /// What a crate names in its own `Cargo.toml`.
    pub(crate) fn links_of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.links
            .get(name)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// A shortest way from a crate to another that satisfies `wanted`, both ends included.
    pub(crate) fn way(&self, from: &str, wanted: impl Fn(&str) -> bool) -> Option<Vec<String>> {
        let mut seen = BTreeSet::from([from]);
        let mut ways = VecDeque::from([vec![from]]);
        while let Some(way) = ways.pop_front() {
            let end = way.last().expect("a way starts with one crate");
            for next in self.links_of(end) {
                if !seen.insert(next) {
                    continue;
                }
                let mut longer = way.clone();
                longer.push(next);
                if wanted(next) {
                    return Some(longer.into_iter().map(str::to_owned).collect());
                }
                ways.push_back(longer);
            }
        }
        None
    }
}

#[cfg(test)]
impl Graph {
    /// Adds a crate of ours with its links.
    pub(crate) fn with(mut self, name: &str, links: &[&str], documented: Documented) -> Self {
        self.ours.insert(name.into(), documented);
        self.with_foreign(name, links)
    }

    /// Adds a crate that is not ours, with its links.
    pub(crate) fn with_foreign(mut self, name: &str, links: &[&str]) -> Self {
        self.links
            .entry(name.into())
            .or_default()
            .extend(links.iter().map(|link| (*link).to_owned()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn the_graph_of_this_repository_has_its_crates_and_what_they_link() {
        let graph = Graph::from_metadata(&workspace::metadata().unwrap()).unwrap();
        assert!(graph.is_ours("xtask"));
        assert!(!graph.is_ours("clap"));
        assert!(graph.links_of("xtask").any(|link| link == "clap"));
        assert!(
            graph
                .links_of("fluxori-domain")
                .all(|link| link != "rstest")
        );
    }

    #[test]
    fn the_shortest_way_is_found_and_a_circle_ends() {
        let graph = Graph::default()
            .with_foreign("a", &["b", "c"])
            .with_foreign("b", &["a", "d"])
            .with_foreign("c", &["e"])
            .with_foreign("d", &["e"]);
        assert_eq!(graph.way("a", |name| name == "e").unwrap(), ["a", "c", "e"]);
        assert_eq!(graph.way("a", |name| name == "z"), None);
    }
}
