use std::{fmt, sync::Arc};

use diesel::result::Error as DriverError;
use fluxori_domain::ports::StorageError;
use secrecy::ExposeSecret as _;

use crate::{
    ChangeListener, DatabaseError, DatabaseSettings, SchemaState, dispatch::point_read,
    failure::Failure, postgres, postgres::Postgres, sqlite, sqlite::Sqlite,
};

/// An open database: every port of the domain that stores something. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Database {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) enum Inner {
    Postgres(Postgres),
    Sqlite(Sqlite),
}

/// How much of a pool of connections is in use at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// Connections that there may be.
    pub most: usize,
    /// Connections that there are.
    pub open: usize,
    /// Those that nobody uses.
    pub idle: usize,
    /// Callers who wait for one.
    pub waiting: usize,
}

/// Which kind of database an address names.
enum Kind {
    Postgres,
    Sqlite,
}

impl Kind {
    fn of(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: only the scheme is looked at"
        )]
        let url = settings.url.expose_secret();
        match url.split_once(':') {
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => Ok(Self::Postgres),
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            _ => Err(DatabaseError::UnknownScheme),
        }
    }
}

impl Database {
    /// Opens a database whose tables are those this program was made for, or what a newer one added to them. Changes nothing.
    ///
    /// Connections live on the runtime that this is called on, whoever uses them later. (For others, there is
    /// [`Database::read_here`].)
    ///
    /// # Errors
    /// Every [`DatabaseError`]; each says what to do.
    ///
    /// # Panics
    /// Outside a tokio runtime with time and input/output enabled.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        let inner = match Kind::of(settings)? {
            Kind::Postgres => Inner::Postgres(Postgres::connect(settings).await?),
            Kind::Sqlite => Inner::Sqlite(Sqlite::connect(settings)?),
        };
        let database = Self {
            inner: Arc::new(inner),
        };
        database.require_schema().await?;
        Ok(database)
    }

    /// Brings the tables to where this program wants them, and returns the names of the migrations that ran. SQLite
    /// files are made if they do not exist. Several programs may do this at once: each migration runs once.
    ///
    /// # Errors
    /// Every [`DatabaseError`] but [`DatabaseError::SchemaBehind`].
    ///
    /// # Panics
    /// As [`Database::connect`].
    pub async fn migrate(settings: &DatabaseSettings) -> Result<Vec<String>, DatabaseError> {
        match Kind::of(settings)? {
            Kind::Postgres => postgres::migrate(settings).await,
            Kind::Sqlite => sqlite::migrate(settings).await,
        }
    }

    /// How the tables relate to this program now.
    ///
    /// # Errors
    /// [`DatabaseError::Unreachable`] or [`DatabaseError::Migration`] when they cannot be read.
    pub async fn schema_state(&self) -> Result<SchemaState, DatabaseError> {
        match &*self.inner {
            Inner::Postgres(database) => {
                let unreachable = |error| DatabaseError::Unreachable(Box::new(error));
                let reading = database.reads.long().await.map_err(unreachable)?;
                let applied = postgres::applied_versions(reading.connection()).await;
                let applied = reading.end(applied).await;
                let failed = |error| DatabaseError::Migration(Box::new(error));
                Ok(SchemaState::of_postgres(&applied.map_err(failed)?))
            }
            Inner::Sqlite(database) => {
                let applied = sqlite::applied_versions(&mut database.reader())?;
                Ok(SchemaState::of_sqlite(&applied))
            }
        }
    }

    /// Refuses tables that this program was not made for: they may have been changed since it began.
    ///
    /// # Errors
    /// [`DatabaseError::SchemaBehind`], [`DatabaseError::SchemaAhead`], and those of [`Database::schema_state`].
    pub async fn require_schema(&self) -> Result<(), DatabaseError> {
        self.schema_state().await?.require_current()
    }

    /// Whether the database answers now.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StorageError> {
        point_read!(self, read::ping())
    }

    /// Lets what is read by the present runtime go over a connection of its own, opened here, so that no other thread has to be
    /// woken for it. For runtimes of one thread that live about as long as the database, as the workers of a server do: there is one for as many
    /// as [`DatabaseSettings::own_readers`] says, first come, first served. Changes nothing on SQLite and behind a pooler.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn read_here(&self) {
        match &*self.inner {
            Inner::Postgres(database) => database.read_here(),
            Inner::Sqlite(_) => {}
        }
    }

    /// Whether the way past a pooler ([`DatabaseSettings::direct_url`]) leads to the same database. Nothing where there is no
    /// pooler.
    ///
    /// # Errors
    /// [`DatabaseError::OtherDatabase`], or why it cannot be reached.
    pub async fn try_direct(&self) -> Option<Result<(), DatabaseError>> {
        match &*self.inner {
            Inner::Postgres(database) => database.try_direct().await,
            Inner::Sqlite(_) => None,
        }
    }

    /// How much of the pool of connections is in use; nothing on SQLite, which has none.
    #[must_use]
    pub fn pool_state(&self) -> Option<PoolState> {
        match &*self.inner {
            Inner::Postgres(database) => Some(database.pool_state()),
            Inner::Sqlite(_) => None,
        }
    }

    /// Begins to listen for changes that any process makes to connections and credentials. Nothing on SQLite, which tells
    /// nobody.
    #[must_use]
    pub fn listen(&self) -> Option<ChangeListener> {
        match &*self.inner {
            Inner::Postgres(database) => Some(database.listen()),
            Inner::Sqlite(_) => None,
        }
    }

    /// What it is and where, for logs: never a password.
    #[must_use]
    pub fn description(&self) -> String {
        match &*self.inner {
            Inner::Postgres(database) => database.description(),
            Inner::Sqlite(database) => database.description(),
        }
    }

    /// What a failed query or transaction means for the caller.
    pub(crate) fn explain(&self, failure: Failure) -> StorageError {
        match &*self.inner {
            Inner::Postgres(_) => postgres::dialect::storage_error(failure),
            Inner::Sqlite(_) => sqlite::dialect::storage_error(failure),
        }
    }

    /// The same, for a single statement.
    pub(crate) fn explain_driver(&self, error: DriverError) -> StorageError {
        self.explain(Failure::Driver(error))
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database")
            .field(&self.description())
            .finish()
    }
}
