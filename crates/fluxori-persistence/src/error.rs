type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a database cannot be used at all. Every message says what to do; none holds the address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The address is of no database that we know.
    #[error("the database address must begin with sqlite:, postgres:// or postgresql://")]
    UnknownScheme,
    /// The address is malformed.
    #[error("the database address is not usable: {problem}")]
    InvalidAddress {
        /// What is wrong, without quoting.
        problem: &'static str,
    },
    /// The file named by `sslrootcert` does not hold certificates.
    #[error("the root certificates named by sslrootcert cannot be read")]
    RootCertificate(#[source] Cause),
    /// Nothing answers at the address, or the connection could not be secured.
    #[error(
        "the database cannot be reached; check that it runs, and its address, network and certificate"
    )]
    Unreachable(#[source] Cause),
    /// The servers of the address answer, and none of them takes changes.
    #[error(
        "the database takes no changes: it is a standby, or read-only; name the primary in the address, or every server that may become it"
    )]
    NoPrimary(#[source] Cause),
    /// The way past the pooler leads somewhere else.
    #[error(
        "DATABASE_DIRECT_URL leads to another database than DATABASE_URL; name the server that the pooler is in front of, and the same database"
    )]
    OtherDatabase,
    /// User or password are wrong.
    #[error("the database refused the user or the password of its address")]
    LoginRefused(#[source] Cause),
    /// The server has no database of this name.
    #[error("the server has no database of that name; create it, then run fluxori-server migrate")]
    NoSuchDatabase(#[source] Cause),
    /// The file of an SQLite database does not exist.
    #[error("the database file does not exist; run fluxori-server migrate to make it")]
    NoSuchFile,
    /// The file of an SQLite database cannot be opened, or is something else.
    #[error(
        "the database file cannot be used; check that it is an SQLite database that this user may write, with its folder"
    )]
    UnusableFile(#[source] Cause),
    /// Another program keeps the database to itself.
    #[error("the database is locked by another program; stop that, then try again")]
    Locked(#[source] Cause),
    /// Tables are missing or old.
    #[error("the database lacks {missing} migrations; run fluxori-server migrate")]
    SchemaBehind {
        /// How many migrations have not run.
        missing: usize,
    },
    /// A newer release has changed the tables.
    #[error(
        "the database was migrated by a newer release ({unknown} migrations are unknown here); run that release"
    )]
    SchemaAhead {
        /// How many migrations are unknown to this program.
        unknown: usize,
    },
    /// A migration or the question for them failed; what had been migrated before it stays.
    #[error("the schema could not be read or migrated; nothing was half-done, see the cause")]
    Migration(#[source] Cause),
}

impl DatabaseError {
    /// Whether it may pass by itself: nothing has to be mended, only to be waited for.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::NoPrimary(_) | Self::Locked(_) => true,
            Self::UnknownScheme
            | Self::InvalidAddress { .. }
            | Self::RootCertificate(_)
            | Self::LoginRefused(_)
            | Self::NoSuchDatabase(_)
            | Self::OtherDatabase
            | Self::NoSuchFile
            | Self::UnusableFile(_)
            | Self::SchemaBehind { .. }
            | Self::SchemaAhead { .. }
            | Self::Migration(_) => false,
        }
    }
}
