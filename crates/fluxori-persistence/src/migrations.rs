use diesel::{backend::Backend, migration::MigrationSource, pg::Pg, sqlite::Sqlite};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use crate::DatabaseError;

pub(crate) const POSTGRESQL: EmbeddedMigrations = embed_migrations!("../../migrations/postgresql");
pub(crate) const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Where the driver notes which migrations have run.
pub(crate) const APPLIED: &str = "SELECT version FROM __diesel_schema_migrations ORDER BY version";

/// How the tables of a database relate to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// They are the ones this program was made for.
    Current,
    /// So many migrations are missing; all of them in an empty database.
    Behind(usize),
    /// A newer program has changed them: these migrations are unknown here.
    Ahead(Vec<String>),
}

impl SchemaState {
    pub(crate) fn of_postgres(applied: &[String]) -> Self {
        Self::of(applied, &versions::<Pg>(&POSTGRESQL))
    }

    pub(crate) fn of_sqlite(applied: &[String]) -> Self {
        Self::of(applied, &versions::<Sqlite>(&SQLITE))
    }

    fn of(applied: &[String], known: &[String]) -> Self {
        let without = |of: &[String], other: &[String]| -> Vec<String> {
            let unknown = of.iter().filter(|version| !other.contains(version));
            unknown.cloned().collect()
        };
        let ahead = without(applied, known);
        let missing = without(known, applied);
        if !ahead.is_empty() {
            Self::Ahead(ahead)
        } else if missing.is_empty() {
            Self::Current
        } else {
            Self::Behind(missing.len())
        }
    }

    /// Refuses to work with tables that this program was not made for.
    pub(crate) fn require_current(self) -> Result<(), DatabaseError> {
        match self {
            Self::Behind(missing) => Err(DatabaseError::SchemaBehind { missing }),
            state => state.require_known(),
        }
    }

    /// Refuses to touch tables that a newer program made.
    pub(crate) fn require_known(self) -> Result<(), DatabaseError> {
        match self {
            Self::Current | Self::Behind(_) => Ok(()),
            Self::Ahead(unknown) => Err(DatabaseError::SchemaAhead {
                unknown: unknown.len(),
            }),
        }
    }
}

fn versions<B: Backend>(source: &EmbeddedMigrations) -> Vec<String> {
    let migrations =
        MigrationSource::<B>::migrations(source).expect("they were checked when compiled in");
    migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_dialects_have_the_same_migrations() {
        assert_eq!(versions::<Pg>(&POSTGRESQL), versions::<Sqlite>(&SQLITE));
    }

    #[test]
    fn an_unknown_migration_is_worse_than_a_missing_one() {
        let text =
            |names: &[&str]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
        let known = text(&["1", "2"]);
        assert_eq!(
            SchemaState::of(&text(&["1", "2"]), &known),
            SchemaState::Current
        );
        assert_eq!(SchemaState::of(&[], &known), SchemaState::Behind(2));
        assert_eq!(
            SchemaState::of(&text(&["1", "3"]), &known),
            SchemaState::Ahead(text(&["3"]))
        );
    }
}
