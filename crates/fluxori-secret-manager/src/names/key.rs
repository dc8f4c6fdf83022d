use std::fmt;

use super::InvalidName;

/// The full name of a key in Cloud KMS: `projects/*/locations/*/keyRings/*/cryptoKeys/*`. Never one version of it: Google
/// encrypts under the primary one and finds out by itself which one decrypts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(Box<str>);

impl KeyName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`InvalidName`] unless it has exactly these parts, of the characters that Google allows in them.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        const RULE: InvalidName = InvalidName {
            what: "a key name: projects/P/locations/L/keyRings/R/cryptoKeys/K",
        };
        let parts: Vec<&str> = text.split('/').collect();
        let [
            "projects",
            project,
            "locations",
            location,
            "keyRings",
            ring,
            "cryptoKeys",
            key,
        ] = parts[..]
        else {
            return Err(RULE);
        };
        let is_word = |part: &str| {
            (1..=63).contains(&part.len())
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if super::ProjectId::new(project).is_ok() && [location, ring, key].into_iter().all(is_word)
        {
            Ok(Self(text.into()))
        } else {
            Err(RULE)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the key is kept: `global`, a region, or several.
    #[must_use]
    pub fn location(&self) -> &str {
        self.0.split('/').nth(3).unwrap_or_default()
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("projects/my-project/locations/global/keyRings/r/cryptoKeys/k", true)]
    #[case(
        "projects/123/locations/europe-west1/keyRings/r_1/cryptoKeys/K-2",
        true
    )]
    #[case(
        "projects/my-project/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        false
    )]
    #[case("projects/my-project/locations/global/keyRings/r", false)]
    #[case("projects/p/locations/global/keyRings/r/cryptoKeys/k", false)]
    #[case("projects/my-project/locations//keyRings/r/cryptoKeys/k", false)]
    #[case(
        "projects/my-project/locations/global/keyRings/r/cryptoKeys/k?x",
        false
    )]
    #[case("", false)]
    fn a_key_is_named_in_full_and_without_a_version(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(KeyName::new(text).is_ok(), valid);
    }

    #[test]
    fn a_key_tells_where_it_is() {
        let key = KeyName::new("projects/my-project/locations/eur4/keyRings/r/cryptoKeys/k");
        assert_eq!(key.unwrap().location(), "eur4");
    }
}
