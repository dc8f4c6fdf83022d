use diesel::{backend::Backend, migration::MigrationSource, pg::Pg, sqlite::Sqlite};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use crate::DatabaseError;

pub(crate) const POSTGRESQL: EmbeddedMigrations = embed_migrations!("migrations/postgresql");
pub(crate) const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Where the driver notes which migrations have run.
pub(crate) const APPLIED: &str = "SELECT version FROM __diesel_schema_migrations ORDER BY version";

/// How the tables of a database relate to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// They are the ones this program was made for.
    Current,
    /// So many migrations are missing; all of them in an empty database.
    Behind(usize),
    /// A newer program has changed them in a way that suits this one: these migrations are unknown here.
    Newer(Vec<String>),
    /// A newer program has changed them in a way that does not suit this one: these migrations are unknown here.
    Ahead(Vec<String>),
}

/// Stands in the version of a migration between its time and the oldest release that goes on working after it.
const SUITS: &str = "from";

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
        if ahead.iter().any(|version| !suits(version, THIS_RELEASE)) {
            Self::Ahead(ahead)
        } else if !missing.is_empty() {
            Self::Behind(missing.len())
        } else if !ahead.is_empty() {
            Self::Newer(ahead)
        } else {
            Self::Current
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
            Self::Current | Self::Behind(_) | Self::Newer(_) => Ok(()),
            Self::Ahead(unknown) => Err(DatabaseError::SchemaAhead {
                unknown: unknown.len(),
            }),
        }
    }
}

const THIS_RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Whether a program of this release goes on working after a migration that it does not know. Migrations only add, and suit
/// every program, unless they say which is the oldest one.
fn suits(version: &str, release: &str) -> bool {
    match version.split_once(SUITS) {
        None => true,
        Some((_, oldest)) => numbers(oldest).is_some_and(|oldest| numbers(release) >= Some(oldest)),
    }
}

/// The numbers of a release. What comes after them, in a pre-release, does not count.
fn numbers(release: &str) -> Option<Vec<u64>> {
    let release = release.split('-').next()?;
    release.split('.').map(|part| part.parse().ok()).collect()
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
    fn an_unknown_migration_that_does_not_suit_is_worse_than_a_missing_one() {
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
            SchemaState::Behind(1)
        );
        assert_eq!(
            SchemaState::of(&text(&["1", "3from999.0.0"]), &known),
            SchemaState::Ahead(text(&["3from999.0.0"]))
        );
        assert_eq!(
            SchemaState::of(&text(&["1", "2", "3"]), &known),
            SchemaState::Newer(text(&["3"]))
        );
    }

    #[test]
    fn a_migration_says_which_is_the_oldest_release_that_it_suits() {
        for (version, release, expected) in [
            ("20270131120000", "0.1.0", true),
            ("20270131120000from0.2.0", "0.1.9", false),
            ("20270131120000from0.2.0", "0.2.0", true),
            ("20270131120000from0.2.0", "0.10.0", true),
            ("20270131120000from0.2.0", "0.2.1-rc.1", true),
            ("20270131120000fromnowhere", "0.2.0", false),
        ] {
            assert_eq!(suits(version, release), expected, "{version} {release}");
        }
    }

    #[test]
    fn every_migration_of_ours_suits_this_release() {
        for version in versions::<Pg>(&POSTGRESQL) {
            let (time, oldest) = version
                .split_once(SUITS)
                .map_or((&*version, None), |(time, oldest)| (time, Some(oldest)));
            assert!(time.parse::<u64>().is_ok(), "{version}");
            assert!(
                oldest.is_none_or(|oldest| numbers(oldest).is_some()),
                "{version}"
            );
            assert!(suits(&version, THIS_RELEASE), "{version}");
        }
    }
}
