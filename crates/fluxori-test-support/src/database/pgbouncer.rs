use std::{
    env, fs, io,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    PostgresServer,
    watched::{ServerUser, Watched},
};

/// How long it may take to answer after it was started.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Only names the socket.
const PORT: u16 = 6432;

/// A `PgBouncer` in transaction mode in front of a server: another session may be at the other end for each transaction.
#[derive(Debug)]
pub struct PgBouncer {
    process: Watched,
    /// The server's programs, and the socket that it is at.
    bin_dir: PathBuf,
    server: (String, String),
}

impl PgBouncer {
    /// Starts one in front of the server of any database, with more settings, each as `name=value`.
    ///
    /// # Errors
    /// When no `PgBouncer` is installed or it does not start; the text says what to do.
    pub fn start(url: &str, settings: &[&str]) -> io::Result<Self> {
        let program = Self::find().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "PgBouncer is not installed: neither on PATH nor in /usr/sbin (apt install pgbouncer)",
            )
        })?;
        let bin_dir = PostgresServer::find_bin_dir().ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, "PostgreSQL is not installed")
        })?;
        let (host, port) = socket_of(url)
            .ok_or_else(|| io::Error::other("the database is not on a socket of PostgreSQL"))?;
        let user = ServerUser::choose()?;
        let folder = user.folder("fluxori-pgbouncer-")?;
        let sockets = folder.path().display();
        let mut text = format!(
            "[databases]\n* = host={host} port={port} user=postgres\n\n[pgbouncer]\n\
             pool_mode = transaction\nauth_type = any\nlisten_port = {PORT}\n\
             unix_socket_dir = {sockets}\nlogfile = {sockets}/pgbouncer.log\n\
             max_client_conn = 1000\nserver_round_robin = 1\n"
        );
        text.extend(
            settings
                .iter()
                .map(|setting| format!("{}\n", setting.replacen('=', " = ", 1))),
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, text)?;
        user.give(&file)?;

        let words = [file.display().to_string()];
        let mut process = Watched::prepare(&user, folder, &program, &words)?;
        process.command("start")?;
        let socket = process.folder().join(format!(".s.PGSQL.{PORT}"));
        let began = Instant::now();
        while UnixStream::connect(&socket).is_err() {
            if began.elapsed() > START_TIMEOUT {
                let log = process.log();
                return Err(io::Error::other(format!(
                    "PgBouncer does not answer: {log}"
                )));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(Self {
            process,
            bin_dir,
            server: (host.to_owned(), port.to_owned()),
        })
    }

    /// Where its program is on this machine.
    #[must_use]
    pub fn find() -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path)
            .chain([PathBuf::from("/usr/sbin")])
            .map(|folder| folder.join("pgbouncer"))
            .find(|program| program.is_file())
    }

    /// The address of a database behind it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        url(
            database,
            &self.process.folder().display().to_string(),
            &PORT.to_string(),
        )
    }

    /// The address of the same database past it.
    #[must_use]
    pub fn direct_url(&self, database: &str) -> String {
        url(database, &self.server.0, &self.server.1)
    }

    /// The folder with PostgreSQL's programs.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }
}

fn url(database: &str, host: &str, port: &str) -> String {
    format!("postgres:///{database}?host={host}&port={port}&user=postgres")
}

/// Folder and port of the socket.
fn socket_of(url: &str) -> Option<(&str, &str)> {
    let (_, parameters) = url.split_once('?')?;
    let parameter = |name: &str| {
        let mut pairs = parameters
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    Some((parameter("host")?, parameter("port")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::{TestDatabase, test_database::psql};

    #[test]
    fn each_transaction_may_have_another_session() {
        let database = TestDatabase::postgres();
        let bouncer = PgBouncer::start(database.url(), &["server_lifetime=0"]).unwrap();
        let url = bouncer.url(database.name());
        let processes = "select pg_backend_pid()";
        let one = psql(&url, processes).unwrap();
        assert_ne!(psql(&url, processes).unwrap(), one);
    }

    #[test]
    fn a_server_is_found_by_the_address_of_a_database() {
        let direct = url("test_1", "/tmp/x", "5432");
        assert_eq!(socket_of(&direct), Some(("/tmp/x", "5432")));
        assert_eq!(socket_of("postgres://p@localhost/x"), None);
    }
}
