use std::path::Path;

use super::{PgBouncer, PostgresPair, PostgresServer};

/// Where databases can be made: on one server, on whichever of two takes changes, or behind a pooler.
pub trait Databases {
    /// The address of a database.
    fn url(&self, database: &str) -> String;

    /// The address past the pooler, if there is one.
    fn direct_url(&self, _database: &str) -> Option<String> {
        None
    }

    /// The folder with PostgreSQL's programs.
    fn bin_dir(&self) -> &Path;
}

impl Databases for PostgresServer {
    fn url(&self, database: &str) -> String {
        self.url(database)
    }

    fn bin_dir(&self) -> &Path {
        self.bin_dir()
    }
}

impl Databases for PostgresPair {
    fn url(&self, database: &str) -> String {
        self.url(database)
    }

    fn bin_dir(&self) -> &Path {
        self.primary().bin_dir()
    }
}

impl Databases for PgBouncer {
    fn url(&self, database: &str) -> String {
        self.url(database)
    }

    fn direct_url(&self, database: &str) -> Option<String> {
        Some(self.direct_url(database))
    }

    fn bin_dir(&self) -> &Path {
        self.bin_dir()
    }
}
