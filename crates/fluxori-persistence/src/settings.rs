use std::time::Duration;

use fluxori_domain::SecretText;

/// Where the database is, and how much of it we may use.
#[derive(Debug)]
#[non_exhaustive]
pub struct DatabaseSettings {
    /// `sqlite:path` or `postgres://user:password@host/database`. A secret, because a password may be in it.
    ///
    /// Of PostgreSQL's parameters, `host` may be the folder of a socket, and `sslmode` and `sslrootcert` are understood as
    /// libpq does, except that a certificate is always verified where TLS is used. Several hosts may be named, separated by
    /// commas: connections go to the one that takes changes.
    pub url: SecretText,
    /// The address of PostgreSQL itself, where `url` is that of a pooler in transaction mode. It says that no session is
    /// relied upon at `url`, and is where migrations run and where changes are listened for.
    pub direct_url: Option<SecretText>,
    /// Most connections to PostgreSQL, at least 2. SQLite has a fixed few.
    pub max_connections: u32,
    /// Of those, how many are for runtimes that read over a connection of their own: so many may call
    /// [`Database::read_here`](crate::Database::read_here). What others need is left, however many are asked for.
    pub own_readers: u32,
    /// How long opening a connection to PostgreSQL may take. Where several hosts are named, each may take its part of that.
    pub connect_timeout: Duration,
    /// How long a caller waits for a free connection, and on SQLite for another program's lock.
    pub acquire_timeout: Duration,
}

/// Shared connections that carry the point reads; two keep two cores of a server busy, and more only divide the queue.
const SHARED_READERS: usize = 2;

impl DatabaseSettings {
    /// The usual settings for a database.
    #[must_use]
    pub const fn new(url: SecretText) -> Self {
        Self {
            url,
            direct_url: None,
            max_connections: 10,
            own_readers: 0,
            connect_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(5),
        }
    }

    /// Whether another session may be at the other end for each transaction.
    pub(crate) const fn is_behind_pooler(&self) -> bool {
        self.direct_url.is_some()
    }

    /// How many connections carry point reads, where those share some.
    pub(crate) fn shared_readers(&self) -> usize {
        SHARED_READERS.min(self.max_connections as usize / 2).max(1)
    }

    /// How many runtimes have a connection of their own, where sessions are ours: half of what is not shared, at most.
    pub(crate) fn most_own_readers(&self) -> usize {
        let left = (self.max_connections as usize).saturating_sub(self.shared_readers());
        (self.own_readers as usize).min(left / 2)
    }

    /// How many connections carry transactions and long reads; behind a pooler, everything.
    pub(crate) fn pooled_connections(&self) -> usize {
        let others = if self.is_behind_pooler() {
            0
        } else {
            self.shared_readers() + self.most_own_readers()
        };
        (self.max_connections as usize)
            .saturating_sub(others)
            .max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_divided_and_never_none() {
        for (max, asked, shared, own, pooled) in [
            (0, 0, 1, 0, 1),
            (1, 9, 1, 0, 1),
            (2, 9, 1, 0, 1),
            (3, 0, 1, 0, 2),
            (3, 9, 1, 1, 1),
            (8, 2, 2, 2, 4),
            (8, 16, 2, 3, 3),
            (10, 0, 2, 0, 8),
        ] {
            let mut settings = DatabaseSettings::new(SecretText::copy_of("sqlite:x"));
            settings.max_connections = max;
            settings.own_readers = asked;
            assert_eq!(settings.shared_readers(), shared, "{max} {asked}");
            assert_eq!(settings.most_own_readers(), own, "{max} {asked}");
            assert_eq!(settings.pooled_connections(), pooled, "{max} {asked}");
        }
    }

    #[test]
    fn behind_a_pooler_no_connection_is_shared() {
        let mut settings = DatabaseSettings::new(SecretText::copy_of("postgres://pooler/x"));
        settings.direct_url = Some(SecretText::copy_of("postgres://server/x"));
        settings.own_readers = 2;
        assert_eq!(settings.pooled_connections(), 10);
    }

    #[test]
    fn debug_settings_are_redacted() {
        let url = SecretText::copy_of("postgres://user:canary-7f3a@host/db");
        let mut settings = DatabaseSettings::new(url);
        settings.direct_url = Some(SecretText::copy_of("postgres://user:canary-7f3b@host/db"));
        assert!(!format!("{settings:?}").contains("canary"));
    }
}
