use std::fmt;

use super::InvalidName;

/// A Google Cloud project, by its id or its number. Both name the same project, and only Google knows which number
/// belongs to which id; answers name projects by number whatever was asked
/// (<https://cloud.google.com/resource-manager/docs/creating-managing-projects>).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProjectId(Box<str>);

impl ProjectId {
    const RULE: InvalidName = InvalidName {
        what: "a project id (6 to 30 lowercase letters, digits and hyphens, starting with a letter and not ending with a hyphen) or a project number",
    };

    /// Checks an id or a number. Ids of projects that belong to a domain (`example.com:name`) are accepted too.
    ///
    /// # Errors
    /// [`InvalidName`] for anything else.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let id = match text.split_once(':') {
            Some((domain, id)) if is_domain(domain) => id,
            Some(_) => return Err(Self::RULE),
            None => text,
        };
        if is_id(id) || is_number(text) {
            Ok(Self(text.into()))
        } else {
            Err(Self::RULE)
        }
    }

    /// The id or number as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (6..=30).contains(&text.len())
        && text.bytes().all(allowed)
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
}

fn is_number(text: &str) -> bool {
    (1..=19).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0')
}

fn is_domain(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
        })
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("fluxori-prod", true)]
    #[case("123456789012", true)]
    #[case("example.com:my-project", true)]
    #[case("short", false)]
    #[case("Fluxori-prod", false)]
    #[case("fluxori-", false)]
    #[case("1fluxori", false)]
    #[case("0123", false)]
    #[case("a/b/c/d/e", false)]
    #[case("project-of-far-more-than-30-characters", false)]
    #[case("evil.com/x:my-project", false)]
    #[case("", false)]
    fn a_project_is_named_by_id_or_number(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(ProjectId::new(text).is_ok(), valid);
    }
}
