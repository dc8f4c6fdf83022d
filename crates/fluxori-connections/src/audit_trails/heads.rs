use std::collections::BTreeMap;

use fluxori_domain::{AuditHash, ports::AuditChain};

use super::{AuditTrails, BATCH};
use crate::ConnectionError;

/// Heads of chains that were kept elsewhere: what the end of each was, once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditHeads(BTreeMap<String, (i64, AuditHash)>);

/// A line is not a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not `organization sequence hash`")]
pub struct MalformedHead {
    /// Which line, from 1.
    pub line: usize,
}

impl AuditHeads {
    /// Reads lines of `organization sequence hash`, as `audit heads` prints them. An organization may have spaces in it.
    /// Of several heads of one organization the newest counts.
    ///
    /// # Errors
    /// [`MalformedHead`], for the first line that is something else.
    pub fn parse(text: &str) -> Result<Self, MalformedHead> {
        let mut heads = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() {
                continue;
            }
            let (organization, head) = parse_line(line).ok_or(MalformedHead { line: index + 1 })?;
            let known = heads.entry(organization).or_insert(head);
            if known.0 < head.0 {
                *known = head;
            }
        }
        Ok(Self(heads))
    }

    /// What is known of one organization.
    pub(super) fn of(&self, organization: &str) -> Option<(i64, AuditHash)> {
        self.0.get(organization).copied()
    }

    /// The organizations, by name.
    pub(super) fn organizations(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

fn parse_line(line: &str) -> Option<(String, (i64, AuditHash))> {
    let (rest, hash) = line.rsplit_once(' ')?;
    let (organization, sequence) = rest.rsplit_once(' ')?;
    let head = (sequence.parse().ok()?, hash.parse().ok()?);
    (!organization.is_empty()).then(|| (organization.to_owned(), head))
}

impl AuditTrails {
    /// A page of the chains, by the name of their organization, behind `after`. Empty behind the last.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn heads(&self, after: Option<&str>) -> Result<Vec<AuditChain>, ConnectionError> {
        Ok(self.trail.chains(after, BATCH).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_are_printed_and_the_newest_counts() {
        let hash = AuditHash([7; 32]);
        let text = format!(
            "engines 12 {hash}\n\nA B & Co. 3 {hash}\nengines 9 {}\n",
            AuditHash::START
        );
        let heads = AuditHeads::parse(&text).unwrap();
        assert_eq!(heads.of("engines"), Some((12, hash)));
        assert_eq!(heads.of("A B & Co."), Some((3, hash)));
        assert_eq!(heads.of("nobody"), None);
    }

    #[test]
    fn a_line_that_is_something_else_is_named() {
        let good = format!("engines 1 {}", AuditHash::START);
        for bad in [
            "engines",
            "engines 1",
            "engines 1 00",
            &good.replace("engines ", ""),
            &good.replace('1', "one"),
        ] {
            let text = format!("{good}\n{bad}");
            assert_eq!(
                AuditHeads::parse(&text),
                Err(MalformedHead { line: 2 }),
                "{bad}"
            );
        }
    }
}
