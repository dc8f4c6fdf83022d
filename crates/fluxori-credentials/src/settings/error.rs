use std::path::PathBuf;

/// A setting that cannot be used. Never quotes a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A setting without a default is absent.
    #[error("{name} is not set")]
    Missing {
        /// The setting.
        name: &'static str,
    },
    /// A setting has a value of the wrong kind.
    #[error("{name} must be {expected}")]
    Invalid {
        /// The setting.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A setting is of no use without another one.
    #[error("{name} needs {missing} too")]
    Incomplete {
        /// The setting.
        name: &'static str,
        /// What is missing.
        missing: &'static str,
    },
    /// A setting is given twice.
    #[error("{name} and {name}_FILE are both set; keep one")]
    GivenTwice {
        /// The setting.
        name: &'static str,
    },
    /// The file that holds a setting's value cannot be read.
    #[error("the file that {name}_FILE names cannot be read")]
    UnreadableValue {
        /// The setting.
        name: &'static str,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The settings file cannot be read or is not TOML.
    #[error("the settings file {} cannot be read as TOML; check that it exists and each line is `name = value`", path.display())]
    UnreadableFile {
        /// The file.
        path: PathBuf,
    },
    /// The settings file names a setting that does not exist.
    #[error(
        "the settings file has an unknown setting `{key}`; see docs/reference/configuration.md for the names"
    )]
    UnknownKey {
        /// The name as it stands in the file.
        key: String,
    },
}
