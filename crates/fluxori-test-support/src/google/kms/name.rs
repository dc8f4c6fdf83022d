use crate::google::status::Status;

/// `projects/*/locations/*/keyRings/*/cryptoKeys/*`, and a version where one is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) struct KeyName {
    pub(in crate::google) project: String,
    /// From `locations` on.
    pub(in crate::google) key: String,
    pub(in crate::google) version: Option<u32>,
}

impl KeyName {
    pub(in crate::google) fn parse(name: &str) -> Result<Self, Status> {
        let wrong = || Status::invalid(format!("Resource name [{name}] is not in a valid format."));
        let parts: Vec<_> = name.split('/').collect();
        let (project, rest) = match &parts[..] {
            ["projects", project, rest @ ..] if !parts.contains(&"") => (*project, rest),
            _ => return Err(wrong()),
        };
        let version = match rest {
            ["locations", _, "keyRings", _, "cryptoKeys", _] => None,
            [
                "locations",
                _,
                "keyRings",
                _,
                "cryptoKeys",
                _,
                "cryptoKeyVersions",
                version,
            ] => Some(version.parse().map_err(|_| wrong())?),
            _ => return Err(wrong()),
        };
        Ok(Self {
            project: project.to_owned(),
            key: rest[..6].join("/"),
            version,
        })
    }
}
