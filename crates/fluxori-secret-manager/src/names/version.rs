use std::{fmt, num::NonZeroU64, str::FromStr};

use super::{InvalidName, ProjectId, SecretId};

/// The number of a version: 1 for the first of a secret, and never used twice. `latest` and aliases are no numbers, so
/// they cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionNumber(NonZeroU64);

impl VersionNumber {
    const RULE: InvalidName = InvalidName {
        what: "a version number: a whole number from 1, without leading zeros",
    };

    /// The number, unless it is 0.
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        match NonZeroU64::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0.get()
    }
}

impl FromStr for VersionNumber {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        // One version has one name: "01" and "+1" are refused, though they could be read.
        if !text.starts_with(|first: char| matches!(first, '1'..='9')) {
            return Err(Self::RULE);
        }
        text.parse().map(Self).map_err(|_| Self::RULE)
    }
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The full name of one version: `projects/P/secrets/S/versions/N`. What a row keeps.
///
/// It is the name that [`SecretManager::version_name`](crate::SecretManager::version_name) makes, with the project as the
/// configuration writes it, and not the one in Google's answers, which has the project's number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionName {
    /// The project.
    pub project: ProjectId,
    /// The secret.
    pub secret: SecretId,
    /// The version.
    pub version: VersionNumber,
}

impl VersionName {
    /// The secret and the version that an answer names, whichever way it names the project.
    pub(crate) fn parts_of_answer(name: &str) -> Option<(SecretId, VersionNumber)> {
        let (secret, version) = name.rsplit_once("/versions/")?;
        Some((SecretId::from_answer(secret)?, version.parse().ok()?))
    }
}

impl FromStr for VersionName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        const RULE: InvalidName = InvalidName {
            what: "a version name: projects/P/secrets/S/versions/N",
        };
        let rest = text.strip_prefix("projects/").ok_or(RULE)?;
        let (project, rest) = rest.split_once("/secrets/").ok_or(RULE)?;
        let (secret, version) = rest.split_once("/versions/").ok_or(RULE)?;
        Ok(Self {
            project: ProjectId::new(project)?,
            secret: SecretId::new(secret)?,
            version: version.parse()?,
        })
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            project,
            secret,
            version,
        } = self;
        write!(f, "projects/{project}/secrets/{secret}/versions/{version}")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("projects/my-project/secrets/one/versions/7", true)]
    #[case("projects/123/secrets/one/versions/18446744073709551615", true)]
    #[case("projects/123/secrets/one/versions/18446744073709551616", false)]
    #[case("projects/123/secrets/one/versions/latest", false)]
    #[case("projects/123/secrets/one/versions/0", false)]
    #[case("projects/123/secrets/one/versions/01", false)]
    #[case("projects/123/secrets/one/versions/+1", false)]
    #[case("projects/123/secrets/one/versions/-1", false)]
    #[case("projects/123/secrets/one/versions/1/", false)]
    #[case("projects/123/secrets/one", false)]
    #[case("projects/123/locations/us/secrets/one/versions/1", false)]
    #[case("/projects/123/secrets/one/versions/1", false)]
    #[case("projects//secrets/one/versions/1", false)]
    #[case("", false)]
    fn only_a_pinned_version_has_a_name(#[case] text: &str, #[case] valid: bool) {
        let name = text.parse::<VersionName>();
        assert_eq!(name.is_ok(), valid);
        if let Ok(name) = name {
            assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn an_answer_is_read_by_its_secret_and_version_alone() {
        for project in ["123", "my-project"] {
            let name = format!("projects/{project}/secrets/one/versions/7");
            let (secret, version) = VersionName::parts_of_answer(&name).unwrap();
            assert_eq!((secret.as_str(), version.as_u64()), ("one", 7));
        }
        for bad in [
            "projects/1/secrets/a/versions/latest",
            "projects/1/secrets/a",
            "",
        ] {
            assert_eq!(VersionName::parts_of_answer(bad), None, "{bad}");
        }
    }
}
