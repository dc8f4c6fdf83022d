use std::{
    io, thread,
    time::{Duration, Instant},
};

use super::{PostgresServer, test_database::psql};

/// What both need: a commit is answered when the other has it. (That the data survives the machine is not asked for.)
const SETTINGS: &[&str] = &["synchronous_commit=on", "wal_level=replica"];

/// How long the two may take to agree.
const PATIENCE: Duration = Duration::from_mins(1);

/// A primary and its synchronous standby, which changes places with it.
#[derive(Debug)]
pub struct PostgresPair {
    servers: [PostgresServer; 2],
    /// Which of them takes changes, or did until it was killed.
    primary: usize,
}

impl PostgresPair {
    /// Starts both, and waits until nothing is acknowledged any more that the standby does not have.
    ///
    /// # Errors
    /// As [`PostgresServer::start`], or when they do not agree.
    pub fn start() -> io::Result<Self> {
        let primary = PostgresServer::start_with(SETTINGS)?;
        let standby = PostgresServer::start_following(&primary, SETTINGS)?;
        let pair = Self {
            servers: [primary, standby],
            primary: 0,
        };
        pair.wait_for_both()?;
        Ok(pair)
    }

    /// The server that takes changes, or did until it was killed.
    #[must_use]
    pub const fn primary(&self) -> &PostgresServer {
        &self.servers[self.primary]
    }

    /// The other one.
    #[must_use]
    pub const fn standby(&self) -> &PostgresServer {
        &self.servers[1 - self.primary]
    }

    /// The address of a database on whichever takes changes. It stays the same when they change places.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let hosts = self.servers.each_ref().map(PostgresServer::socket_dir);
        let url = self.servers[0].url(database);
        let one = hosts[0].display().to_string();
        let both = format!("{one},{}", hosts[1].display());
        format!(
            "{}&target_session_attrs=read-write",
            url.replace(&one, &both)
        )
    }

    /// Kills the primary (`kill -9`). Nobody takes changes from here on.
    ///
    /// # Errors
    /// When its watchdog is gone.
    pub fn kill_primary(&mut self) -> io::Result<()> {
        self.servers[self.primary].kill()
    }

    /// Has the standby take the place of the primary, which must be dead. Returns when it takes changes.
    ///
    /// # Errors
    /// When it does not.
    pub fn promote(&mut self) -> io::Result<()> {
        let url = self.standby().url("postgres");
        let promoted = psql(&url, "select pg_promote(true, 60)").map_err(io::Error::other)?;
        if promoted.trim() != "t" {
            return Err(io::Error::other("the standby was not promoted"));
        }
        self.primary = 1 - self.primary;
        Ok(())
    }

    /// Has the dead server follow the new primary, and waits until nothing is acknowledged any more that it does not have.
    ///
    /// # Errors
    /// As [`PostgresPair::start`].
    pub fn rebuild(&mut self) -> io::Result<()> {
        let [one, other] = &mut self.servers;
        let (dead, primary) = if self.primary == 0 {
            (other, one)
        } else {
            (one, other)
        };
        dead.follow(primary)?;
        self.wait_for_both()
    }

    /// Stops the standby: from here on no change is acknowledged.
    ///
    /// # Errors
    /// When its watchdog is gone.
    pub fn suspend_standby(&mut self) -> io::Result<()> {
        self.servers[1 - self.primary].suspend()
    }

    /// Starts the standby again.
    ///
    /// # Errors
    /// As [`PostgresServer::resume`].
    pub fn resume_standby(&mut self) -> io::Result<()> {
        self.servers[1 - self.primary].resume()
    }

    /// The standby has a copy by now that does not say that anybody has to follow, so that it will not wait for that.
    fn wait_for_both(&self) -> io::Result<()> {
        let url = self.primary().url("postgres");
        let ask = |statement: &str| psql(&url, statement).map_err(io::Error::other);
        ask("alter system set synchronous_standby_names = '*'")?;
        ask("select pg_reload_conf()")?;
        let began = Instant::now();
        while ask("select count(*) from pg_stat_replication where sync_state = 'sync'")?.trim()
            != "1"
        {
            if began.elapsed() > PATIENCE {
                return Err(io::Error::other("the standby does not follow"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_acknowledged_is_there_after_the_primary_was_killed_and_they_change_places_again() {
        let mut pair = PostgresPair::start().unwrap();
        let url = pair.url("postgres");
        psql(&url, "create table numbers (n int)").unwrap();
        for round in 1..=2 {
            psql(&url, "insert into numbers values (1)").unwrap();
            pair.kill_primary().unwrap();
            assert!(psql(&url, "select 1").is_err());
            pair.promote().unwrap();
            let count = psql(&url, "select count(*) from numbers").unwrap();
            assert_eq!(count.trim(), round.to_string());
            pair.rebuild().unwrap();
        }
    }

    #[test]
    fn nothing_is_acknowledged_without_the_standby() {
        let mut pair = PostgresPair::start().unwrap();
        let url = pair.url("postgres");
        psql(&url, "create table numbers (n int)").unwrap();
        pair.suspend_standby().unwrap();
        let (told, answer) = std::sync::mpsc::channel();
        let waiting = thread::spawn(move || {
            psql(&url, "insert into numbers values (1)").unwrap();
            told.send(()).unwrap();
        });
        let primary = pair.primary().url("postgres");
        let waits = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'";
        while psql(&primary, waits).unwrap().trim() != "1" {
            thread::sleep(Duration::from_millis(5));
        }
        assert!(answer.try_recv().is_err());
        pair.resume_standby().unwrap();
        waiting.join().unwrap();
    }
}
