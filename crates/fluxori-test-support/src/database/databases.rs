use std::path::Path;

use super::{PostgresPair, PostgresServer};

/// Where databases can be made: on one server, or on whichever of two takes changes.
pub trait Databases {
    /// The address of a database.
    fn url(&self, database: &str) -> String;

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
