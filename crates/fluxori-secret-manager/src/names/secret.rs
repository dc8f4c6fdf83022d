use std::fmt;

use super::InvalidName;

/// The id of a secret within its project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId(Box<str>);

impl SecretId {
    /// Checks an id: 1 to 255 letters, digits, hyphens and underscores
    /// (`CreateSecretRequest.secret_id` in `google/cloud/secretmanager/v1/service.proto`).
    ///
    /// # Errors
    /// [`InvalidName`] for anything else.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if (1..=255).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName {
                what: "a secret id: 1 to 255 letters, digits, hyphens and underscores",
            })
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id in an answer's `projects/…/secrets/…`, whichever way the project is named there.
    pub(crate) fn from_answer(name: &str) -> Option<Self> {
        let mut parts = name.split('/');
        let collections = (parts.next()?, parts.next()?, parts.next()?);
        let id = parts.next()?;
        if !matches!(collections, ("projects", _, "secrets")) || parts.next().is_some() {
            return None;
        }
        Self::new(id).ok()
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("fluxori-0191", true)]
    #[case("A_b-9", true)]
    #[case("", false)]
    #[case("a.b", false)]
    #[case("a/b", false)]
    #[case("ü", false)]
    fn a_secret_id_keeps_to_googles_alphabet(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(SecretId::new(text).is_ok(), valid);
    }

    #[test]
    fn a_secret_id_has_at_most_255_characters() {
        assert!(SecretId::new(&"a".repeat(255)).is_ok());
        assert!(SecretId::new(&"a".repeat(256)).is_err());
    }

    #[rstest]
    #[case("projects/123/secrets/one", Some("one"))]
    #[case("projects/my-project/secrets/one", Some("one"))]
    #[case("projects/123/secrets/one/versions/1", None)]
    #[case("projects/123/locations/europe-west1/secrets/one", None)]
    #[case("projects/123/secrets", None)]
    #[case("projects/123/secrets/", None)]
    fn an_answer_may_name_the_project_either_way(
        #[case] name: &str,
        #[case] expected: Option<&str>,
    ) {
        let id = SecretId::from_answer(name);
        assert_eq!(id.as_ref().map(SecretId::as_str), expected);
    }
}
