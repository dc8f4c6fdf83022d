use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use config::{Config, ConfigError, File, FileFormat, Map, Source, Value};
use serde::de::DeserializeOwned;

use super::{SettingDoc, SettingsError, sections::all};

/// Names the settings file.
const FILE_VARIABLE: &str = "FLUXORI_CONFIG";

/// What the settings file and the environment say, not yet understood. The environment wins.
#[derive(Clone)]
pub struct Values(HashMap<String, Value>);

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut names: Vec<_> = self.0.keys().collect();
        names.sort();
        f.debug_tuple("Values").field(&names).finish()
    }
}

impl Values {
    /// Reads this process's environment, and the file that `FLUXORI_CONFIG` names, if it names one.
    ///
    /// # Errors
    /// [`SettingsError`] about the file, or about a value in a file of its own.
    pub fn from_env() -> Result<Self, SettingsError> {
        let environment: BTreeMap<_, _> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let file = environment.get(FILE_VARIABLE).cloned();
        Self::read(&environment, file.as_deref().map(Path::new))
    }

    /// Reads an environment and a file.
    ///
    /// # Errors
    /// [`SettingsError`] about the file, or about a value in a file of its own.
    #[expect(clippy::missing_panics_doc, reason = "plain names always merge")]
    pub fn read(
        environment: &BTreeMap<String, String>,
        file: Option<&Path>,
    ) -> Result<Self, SettingsError> {
        let mut builder = Config::builder();
        if let Some(path) = file {
            let from_file = Config::builder()
                .add_source(File::from(path).format(FileFormat::Toml))
                .build()
                .and_then(Config::try_deserialize::<HashMap<String, Value>>)
                .map_err(|_| SettingsError::UnreadableFile {
                    path: path.to_owned(),
                })?;
            refuse_unknown(&from_file)?;
            builder = builder.add_source(Read(resolve_files(from_file)?));
        }
        let merged = builder
            .add_source(Read(from_environment(environment)?))
            .build()
            .and_then(Config::try_deserialize)
            .expect("texts under plain names always merge");
        Ok(Self(merged))
    }

    pub(super) fn optional<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, SettingsError> {
        let Some(value) = self.0.get(&name.to_ascii_lowercase()) else {
            return Ok(None);
        };
        understand(name, value.clone()).map(Some)
    }

    pub(super) fn required<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<T, SettingsError> {
        self.optional(name)?.ok_or(SettingsError::Missing { name })
    }

    pub(super) fn with_default<T: DeserializeOwned>(
        &self,
        name: &'static str,
        default: &'static str,
    ) -> Result<T, SettingsError> {
        match self.optional(name)? {
            Some(value) => Ok(value),
            None => understand(name, Value::from(default)),
        }
    }
}

/// Turns a value into what the setting is. The library's own messages quote values, so they are not passed on.
fn understand<T: DeserializeOwned>(name: &'static str, value: Value) -> Result<T, SettingsError> {
    value.try_deserialize().map_err(|error| {
        let expected = match error {
            ConfigError::Type { expected, .. } => expected,
            _ => "of the form that docs/reference/configuration.md describes",
        };
        SettingsError::Invalid { name, expected }
    })
}

fn settings() -> impl Iterator<Item = &'static SettingDoc> {
    all().iter().flat_map(|section| section.settings)
}

fn refuse_unknown(values: &HashMap<String, Value>) -> Result<(), SettingsError> {
    let known = |key: &str| {
        settings().any(|setting| {
            let name = setting.name.to_ascii_lowercase();
            key == name || (setting.secret && key.strip_suffix("_file") == Some(&*name))
        })
    };
    match values.keys().find(|key| !known(key)) {
        Some(key) => Err(SettingsError::UnknownKey { key: key.clone() }),
        None => Ok(()),
    }
}

fn from_environment(
    environment: &BTreeMap<String, String>,
) -> Result<HashMap<String, Value>, SettingsError> {
    let mut values = HashMap::new();
    let mut take = |name: &str| {
        if let Some(text) = environment.get(name).filter(|text| !text.is_empty()) {
            values.insert(name.to_ascii_lowercase(), Value::from(text.clone()));
        }
    };
    for setting in settings() {
        take(setting.name);
        if setting.secret {
            take(&format!("{}_FILE", setting.name));
        }
    }
    resolve_files(values)
}

/// Replaces `name_file = path` by `name = contents`.
fn resolve_files(
    mut values: HashMap<String, Value>,
) -> Result<HashMap<String, Value>, SettingsError> {
    for setting in settings().filter(|setting| setting.secret) {
        let name = setting.name.to_ascii_lowercase();
        let Some(path) = values.remove(&format!("{name}_file")) else {
            continue;
        };
        if values.contains_key(&name) {
            return Err(SettingsError::GivenTwice { name: setting.name });
        }
        let path: String = understand(setting.name, path)?;
        let text =
            std::fs::read_to_string(path).map_err(|cause| SettingsError::UnreadableValue {
                name: setting.name,
                cause,
            })?;
        values.insert(name, Value::from(text.trim_end().to_owned()));
    }
    Ok(values)
}

/// Values that were read already, as a source.
#[derive(Clone)]
struct Read(HashMap<String, Value>);

impl std::fmt::Debug for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Read([REDACTED])")
    }
}

impl Source for Read {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone().into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{ApiSection, DatabaseSection, SecretSection};

    fn values(pairs: &[(&str, &str)]) -> Result<Values, SettingsError> {
        let environment = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Values::read(&environment, None)
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let file = file("database_connections = 3\nlisten = \"127.0.0.1:1\"\n");
        let environment = BTreeMap::from([("DATABASE_CONNECTIONS".to_owned(), "4".to_owned())]);
        let values = Values::read(&environment, Some(file.path())).unwrap();
        assert_eq!(values.required::<u32>("DATABASE_CONNECTIONS").unwrap(), 4);
        assert_eq!(values.required::<String>("LISTEN").unwrap(), "127.0.0.1:1");
    }

    #[test]
    fn an_unknown_key_in_the_file_is_refused_by_name() {
        let file = file("databse_url = \"sqlite:x\"\n");
        let error = Values::read(&BTreeMap::new(), Some(file.path())).unwrap_err();
        assert!(error.to_string().contains("`databse_url`"), "{error}");
    }

    #[test]
    fn a_file_that_is_absent_or_not_toml_is_refused() {
        let broken = file("= = =");
        for path in [Path::new("/nowhere/fluxori.toml"), broken.path()] {
            let error = Values::read(&BTreeMap::new(), Some(path)).unwrap_err();
            assert!(
                matches!(error, SettingsError::UnreadableFile { .. }),
                "{error}"
            );
        }
    }

    #[test]
    fn a_secret_may_come_from_a_file_of_its_own_but_not_twice() {
        let key = file("canary-key\n");
        let path = key.path().to_str().unwrap();
        let read = values(&[("ENCRYPTION_KEY_FILE", path)]).unwrap();
        assert_eq!(
            read.required::<String>("ENCRYPTION_KEY").unwrap(),
            "canary-key"
        );

        let error = values(&[("ENCRYPTION_KEY_FILE", path), ("ENCRYPTION_KEY", "x")]).unwrap_err();
        assert!(
            matches!(
                error,
                SettingsError::GivenTwice {
                    name: "ENCRYPTION_KEY"
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn errors_and_debug_output_never_quote_a_value() {
        let read = values(&[
            ("DATABASE_CONNECTIONS", "canary"),
            ("ENCRYPTION_KEY", "canary"),
            ("DATABASE_URL", "postgres://u:canary@h/d"),
        ])
        .unwrap();
        let error = DatabaseSection::load(&read).unwrap_err();
        let secrets = SecretSection::load(&read).unwrap();
        let printed = format!("{error} {error:?} {read:?} {secrets:?}");
        assert!(!printed.contains("canary"), "{printed}");
        assert!(printed.contains("DATABASE_CONNECTIONS"), "{printed}");
    }

    #[test]
    fn an_empty_variable_counts_as_absent() {
        let read = values(&[("DATABASE_URL", "")]).unwrap();
        let error = DatabaseSection::load(&read).unwrap_err();
        assert_eq!(error.to_string(), "DATABASE_URL is not set");
    }

    #[test]
    fn every_default_is_understood() {
        ApiSection::load(&values(&[]).unwrap()).unwrap();
        crate::Settings::load(&values(&[("DATABASE_URL", "sqlite:x")]).unwrap()).unwrap();
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let read = values(&[(
            "CORS_ALLOWED_ORIGINS",
            "https://a.example, https://b.example,",
        )]);
        let api = ApiSection::load(&read.unwrap()).unwrap();
        assert_eq!(
            api.cors_allowed_origins.0,
            ["https://a.example", "https://b.example"]
        );
    }
}
