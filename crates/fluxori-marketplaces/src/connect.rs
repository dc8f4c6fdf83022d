//! What the ways to connect have in common.

use fluxori_domain::{AuthKind, ConsentTarget};

/// The ways to connect, those that the operator has set up before the others.
pub(crate) fn configured_first<const N: usize>(kinds: [AuthKind; N]) -> Vec<AuthKind> {
    let mut kinds = Vec::from(kinds);
    kinds.sort_by_key(|kind| !kind.is_configured());
    kinds
}

/// A target made of the parts that are there.
pub(crate) fn target<const N: usize>(parts: [(&'static str, Option<String>); N]) -> ConsentTarget {
    let present = parts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    ConsentTarget(present.collect())
}
