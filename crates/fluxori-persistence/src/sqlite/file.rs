use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
use secrecy::ExposeSecret as _;

use super::dialect;
use crate::{DatabaseError, DatabaseSettings};

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// A database file.
#[derive(Debug, Clone)]
pub(super) struct File {
    path: String,
}

/// How far the log is cut back after it has been taken over into the file.
const LOG_LIMIT: u32 = 16 << 20;

impl File {
    /// The file named by the address: `sqlite:path`, also with `//` before the path.
    pub(super) fn from_settings(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: the path; an address of SQLite holds no password"
        )]
        let url = settings.url.expose_secret();
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        // The driver gives these a meaning of their own.
        if path.is_empty() || path.starts_with(':') || path.starts_with("file:") {
            return Err(DatabaseError::InvalidAddress {
                problem: "after sqlite: comes the path of a file; databases in memory are not supported",
            });
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn exists(&self) -> bool {
        Path::new(&self.path).exists()
    }

    /// Makes an empty file that only its owner may read. The log beside it takes over its mode.
    pub(super) fn create(&self) -> io::Result<()> {
        if self.exists() {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(PathBuf::from(&self.path)).map(|_| ())
    }

    /// Opens a connection.
    ///
    /// Every commit is forced to the disk (`synchronous = FULL`): a refresh token that the provider has rotated is lost
    /// for ever with the commit that held it, and a laptop may lose power. What is deleted is overwritten.
    pub(super) fn open(
        &self,
        access: Access,
        patience: Duration,
    ) -> Result<SqliteConnection, DatabaseError> {
        let mut connection = SqliteConnection::establish(&self.path)
            .map_err(|error| DatabaseError::UnusableFile(Box::new(error)))?;
        let only_reads = match access {
            Access::Read => "ON",
            Access::Write => "OFF",
        };
        connection
            .batch_execute(&format!(
                "PRAGMA busy_timeout = {}; \
                 PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; \
                 PRAGMA secure_delete = ON; \
                 PRAGMA trusted_schema = OFF; \
                 PRAGMA journal_size_limit = {LOG_LIMIT}; \
                 PRAGMA cache_size = -8000; \
                 PRAGMA query_only = {only_reads}",
                patience.as_millis()
            ))
            .map_err(explain)?;
        Ok(connection)
    }
}

/// What a file that cannot be used means for whoever runs this.
pub(super) fn explain(error: diesel::result::Error) -> DatabaseError {
    if dialect::is_locked(&error) {
        DatabaseError::Locked(Box::new(error))
    } else {
        DatabaseError::UnusableFile(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use fluxori_domain::SecretText;

    use super::*;

    fn file(url: &str) -> Result<File, DatabaseError> {
        File::from_settings(&DatabaseSettings::new(SecretText::copy_of(url)))
    }

    #[test]
    fn a_path_may_be_relative_or_absolute_with_or_without_slashes() {
        for (url, path) in [
            ("sqlite:a.db", "a.db"),
            ("sqlite:dir/a.db", "dir/a.db"),
            ("sqlite:/srv/a.db", "/srv/a.db"),
            ("sqlite://a.db", "a.db"),
            ("sqlite:///srv/a.db", "/srv/a.db"),
        ] {
            assert_eq!(file(url).unwrap().path(), path, "{url}");
        }
    }

    #[test]
    fn special_names_of_the_driver_are_refused() {
        for url in ["sqlite:", "sqlite::memory:", "sqlite:file:a.db?mode=memory"] {
            assert!(file(url).is_err(), "{url}");
        }
    }
}
