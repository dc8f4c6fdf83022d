use std::{ffi::OsString, path::PathBuf, time::Duration};

/// Where to look for Google credentials: application default credentials, in Google's order
/// (<https://cloud.google.com/docs/authentication/application-default-credentials>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// `GOOGLE_APPLICATION_CREDENTIALS`: the key file of a service account, or the log-in of a person. It is read for every
    /// new token, so that a new key needs no restart.
    pub credentials_file: Option<PathBuf>,
    /// Where `gcloud auth application-default login` leaves its file. Used if it is there.
    pub login_file: Option<PathBuf>,
    /// `GCE_METADATA_HOST`: host and port of the metadata server, if it is not Google's.
    pub metadata_host: Option<String>,
    /// For one request for a token. Default 3 s, so that a second one fits into the deadline of a call.
    pub timeout: Duration,
}

impl TokenSettings {
    /// Reads the variables that Google's own libraries read, through `variable`.
    #[must_use]
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let gcloud = set("CLOUDSDK_CONFIG")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".config/gcloud")));
        Self {
            credentials_file: set("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from),
            login_file: gcloud.map(|folder| folder.join("application_default_credentials.json")),
            metadata_host: set("GCE_METADATA_HOST").and_then(|host| host.into_string().ok()),
            ..Self::default()
        }
    }
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            credentials_file: None,
            login_file: None,
            metadata_host: None,
            timeout: Duration::from_secs(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> TokenSettings {
        TokenSettings::from_variables(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_variables_of_googles_own_libraries_are_read() {
        let settings = from(&[
            ("GOOGLE_APPLICATION_CREDENTIALS", "/keys/sa.json"),
            ("HOME", "/home/dev"),
            ("GCE_METADATA_HOST", "127.0.0.1:8080"),
        ]);
        assert_eq!(settings.credentials_file, Some("/keys/sa.json".into()));
        assert_eq!(
            settings.login_file,
            Some("/home/dev/.config/gcloud/application_default_credentials.json".into())
        );
        assert_eq!(settings.metadata_host.as_deref(), Some("127.0.0.1:8080"));
    }

    #[test]
    fn an_empty_variable_is_no_variable_and_gclouds_folder_may_be_elsewhere() {
        let settings = from(&[
            ("GOOGLE_APPLICATION_CREDENTIALS", ""),
            ("CLOUDSDK_CONFIG", "/g"),
            ("HOME", "/home/dev"),
        ]);
        assert_eq!(settings.credentials_file, None);
        let file = "/g/application_default_credentials.json";
        assert_eq!(settings.login_file, Some(file.into()));
        assert_eq!(from(&[]), TokenSettings::default());
    }
}
