use std::{
    fs,
    hash::{BuildHasher as _, RandomState},
    process::Command,
    sync::OnceLock,
};

use tempfile::TempDir;

use super::PostgresServer;
use crate::artefacts;

/// The environment variable with the address of a database of a running server, whose user may create databases.
/// Without it, each process starts a server of its own when it needs one.
pub const SERVER_VARIABLE: &str = "FLUXORI_TEST_POSTGRES";

/// An empty database for one test. It is gone when the value is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Postgres { name: String },
    Sqlite { folder: TempDir },
}

impl TestDatabase {
    /// An empty database on the PostgreSQL server named by [`SERVER_VARIABLE`], or on one of this process.
    ///
    /// # Panics
    /// When there is no server and none can be started.
    #[must_use]
    pub fn postgres() -> Self {
        let name = format!("test_{:016x}", RandomState::new().hash_one(0));
        let create = format!("create database {name}");
        psql(server_url(), &create).expect("the test server creates databases");
        Self {
            url: with_database(server_url(), &name),
            place: Place::Postgres { name },
        }
    }

    /// A place for an SQLite database, which does not exist yet, in a folder of its own.
    ///
    /// # Panics
    /// When there is no temporary folder.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("fluxori-sqlite-")
            .tempdir()
            .expect("a temporary folder can be made");
        Self {
            url: format!("sqlite:{}", folder.path().join("test.sqlite").display()),
            place: Place::Sqlite { folder },
        }
    }

    /// The address, as `DATABASE_URL` takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it is called on its server.
    ///
    /// # Panics
    /// For a database of SQLite, which has no server.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.place {
            Place::Postgres { name } => name,
            Place::Sqlite { .. } => panic!("a file has no name on a server"),
        }
    }

    /// Runs statements past every rule of ours and returns what they print, one row a line, columns divided by `|`.
    ///
    /// # Errors
    /// What `psql` says.
    ///
    /// # Panics
    /// For a database of SQLite, whose file any driver can open.
    pub fn psql(&self, statements: &str) -> Result<String, String> {
        assert!(
            matches!(self.place, Place::Postgres { .. }),
            "psql speaks to PostgreSQL only"
        );
        psql(&self.url, statements)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.place {
            // A server that was stopped by the test takes its databases with it.
            Place::Postgres { name } => {
                let statement = format!("drop database if exists {name} with (force)");
                let _ = psql(server_url(), &statement);
            }
            Place::Sqlite { folder } => keep_files(folder),
        }
    }
}

/// Leaves copies of a database's files to be searched for secrets. (Those of PostgreSQL are searched where they are.)
fn keep_files(folder: &TempDir) {
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        if let Some(place) = artefacts::place_for(&file.file_name().to_string_lossy()) {
            // A test may have put anything there, a folder for instance.
            let _ = fs::copy(file.path(), place);
        }
    }
}

fn server_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        static SERVER: OnceLock<PostgresServer> = OnceLock::new();
        std::env::var(SERVER_VARIABLE).unwrap_or_else(|_| {
            SERVER
                .get_or_init(|| PostgresServer::start().expect("a test needs a PostgreSQL server"))
                .url("postgres")
        })
    })
}

/// The address of another database of the same server.
fn with_database(url: &str, database: &str) -> String {
    let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
    let authority = base.rfind('/').map_or(base, |slash| &base[..slash]);
    let question = if parameters.is_empty() { "" } else { "?" };
    format!("{authority}/{database}{question}{parameters}")
}

/// Runs statements and returns what they print, one row a line, columns divided by `|`.
pub(super) fn psql(url: &str, statements: &str) -> Result<String, String> {
    let program = PostgresServer::find_bin_dir().map_or("psql".into(), |bin| bin.join("psql"));
    let output = Command::new(program)
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c"])
        .args([statements, url])
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server_keeps_its_parameters() {
        assert_eq!(
            with_database("postgres:///postgres?host=/tmp/x&user=p", "test_1"),
            "postgres:///test_1?host=/tmp/x&user=p"
        );
        assert_eq!(
            with_database("postgres://p@localhost:5432/postgres", "test_1"),
            "postgres://p@localhost:5432/test_1"
        );
    }

    #[test]
    fn a_database_of_postgresql_is_empty_and_gone_afterwards() {
        let database = TestDatabase::postgres();
        let tables = "select count(*) from pg_tables where schemaname = 'public'";
        assert_eq!(database.psql(tables).unwrap(), "0\n");
        let url = database.url().to_owned();
        drop(database);
        assert!(psql(&url, "select 1").is_err());
    }
}
