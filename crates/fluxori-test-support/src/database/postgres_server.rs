use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::watched::{ServerUser, Watched};

/// How long a server may take to answer after it was started.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// The folder of the data, in the folder of the server.
const DATA: &str = "data";

/// The usual port, which only names the socket: each server has a folder of its own.
const SOCKET_PORT: u16 = 5432;

/// Settings for a server whose data nobody wants back: nothing is forced to the disk.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "max_connections=400",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "shared_buffers=256MB",
    // Statements can be read whole in pg_stat_activity.
    "track_activity_query_size=16kB",
];

/// A private PostgreSQL server in a temporary folder, reached by a Unix socket only.
///
/// It runs as a normal user even when started by root, and dies with its owner: when the value is dropped, when the
/// process ends, and when the process is killed.
#[derive(Debug)]
pub struct PostgresServer {
    bin_dir: PathBuf,
    user: ServerUser,
    port: u16,
    process: Watched,
}

impl PostgresServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// When no PostgreSQL is installed, or it does not start; the text says what to do.
    pub fn start() -> io::Result<Self> {
        Self::start_with(&[])
    }

    /// Starts a server with more settings, each as `name=value`.
    ///
    /// # Errors
    /// As [`PostgresServer::start`].
    pub fn start_with(settings: &[&str]) -> io::Result<Self> {
        Self::start_on(SOCKET_PORT, settings)
    }

    /// Starts a server with another port, for one that listens on the network as well (`listen_addresses=127.0.0.1`).
    ///
    /// # Errors
    /// As [`PostgresServer::start`].
    pub fn start_on(port: u16, settings: &[&str]) -> io::Result<Self> {
        let mut server = Self::prepare(port, settings)?;
        server.run(
            "initdb",
            &[
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions",
            ],
        )?;
        server.resume()?;
        Ok(server)
    }

    /// Starts a server that follows `primary`, with a copy of its data and these settings.
    ///
    /// # Errors
    /// As [`PostgresServer::start`].
    pub(super) fn start_following(primary: &Self, settings: &[&str]) -> io::Result<Self> {
        let mut server = Self::prepare(SOCKET_PORT, settings)?;
        server.follow(primary)?;
        Ok(server)
    }

    /// Throws the data away, takes a copy of the primary's, and follows that. The server must not run.
    ///
    /// # Errors
    /// When the copy fails or the server does not answer.
    pub(super) fn follow(&mut self, primary: &Self) -> io::Result<()> {
        if self.data().exists() {
            fs::remove_dir_all(self.data())?;
        }
        let place = primary.connection("postgres");
        self.run(
            "pg_basebackup",
            &[
                "--write-recovery-conf",
                "--wal-method=stream",
                "--checkpoint=fast",
                "--no-sync",
                "--dbname",
                &place,
            ],
        )?;
        self.resume()
    }

    /// A folder and a watchdog; no data yet.
    fn prepare(port: u16, settings: &[&str]) -> io::Result<Self> {
        let bin_dir = Self::find_bin_dir().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "PostgreSQL is not installed: neither on PATH nor under /usr/lib/postgresql (apt install postgresql)",
            )
        })?;
        let user = ServerUser::choose()?;
        let folder = user.folder("fluxori-pg-")?;
        let text = |path: &Path| path.display().to_string();
        let mut words = vec![
            "-D".to_owned(),
            text(&folder.path().join(DATA)),
            "-k".to_owned(),
            text(folder.path()),
            "-p".to_owned(),
            port.to_string(),
        ];
        for setting in SETTINGS.iter().chain(settings) {
            words.extend(["-c".to_owned(), (*setting).to_owned()]);
        }
        let process = Watched::prepare(&user, folder, &bin_dir.join("postgres"), &words)?;
        Ok(Self {
            bin_dir,
            user,
            port,
            process,
        })
    }

    /// Runs a program that makes the data.
    fn run(&self, program: &str, arguments: &[&str]) -> io::Result<()> {
        let mut command = self.user.command(self.bin_dir.join(program));
        command.args(arguments).arg("--pgdata").arg(self.data());
        run(&mut command)
    }

    fn data(&self) -> PathBuf {
        self.socket_dir().join(DATA)
    }

    /// The folder with the programs of the newest PostgreSQL on this machine.
    #[must_use]
    pub fn find_bin_dir() -> Option<PathBuf> {
        let complete = |folder: &PathBuf| {
            ["initdb", "postgres", "psql"]
                .iter()
                .all(|program| folder.join(program).is_file())
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut installed: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let version = entry.file_name().to_str()?.parse().ok()?;
                Some((version, entry.path().join("bin")))
            })
            .collect();
        installed.sort();
        std::env::split_paths(&path)
            .find(complete)
            .or_else(|| installed.into_iter().map(|(_, bin)| bin).rfind(complete))
    }

    /// The folder with the programs of this server, such as `pgbench`.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The folder with the socket: the `host` of a connection.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        self.process.folder()
    }

    /// The address of a database of this server.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres:///{database}?host={}&port={}&user=postgres",
            self.socket_dir().display(),
            self.port
        )
    }

    /// The same in the words of PostgreSQL's own programs.
    fn connection(&self, database: &str) -> String {
        format!(
            "host={} port={} user=postgres dbname={database}",
            self.socket_dir().display(),
            self.port
        )
    }

    /// Stops the server and keeps its data, as an operator or a crash would.
    ///
    /// # Errors
    /// When the watchdog is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.process.command("stop")
    }

    /// Kills the server (`kill -9`), as a machine that loses its power would.
    ///
    /// # Errors
    /// When the watchdog is gone.
    pub fn kill(&mut self) -> io::Result<()> {
        self.process.command("kill")
    }

    /// Starts the server again.
    ///
    /// # Errors
    /// When it does not answer; the text holds the end of its log.
    pub fn resume(&mut self) -> io::Result<()> {
        self.process.command("start")?;
        let started = Instant::now();
        while started.elapsed() < START_TIMEOUT {
            let ready = Command::new(self.bin_dir.join("pg_isready"))
                .arg("-q")
                .arg("-h")
                .arg(self.socket_dir())
                .args(["-p", &self.port.to_string()])
                .status()?;
            if ready.success() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        let log = self.process.log();
        Err(io::Error::other(format!(
            "PostgreSQL does not answer: {log}"
        )))
    }
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} failed: {}",
        command.get_program().display(),
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_stops_comes_back_and_leaves_nothing_behind() {
        let mut server = PostgresServer::start().unwrap();
        let folder = server.socket_dir().to_owned();
        let answers = |server: &PostgresServer| {
            Command::new(server.bin_dir().join("psql"))
                .args([&server.url("postgres"), "-c", "select 1"])
                .output()
                .unwrap()
                .status
                .success()
        };
        assert!(answers(&server));
        server.suspend().unwrap();
        assert!(!answers(&server));
        server.resume().unwrap();
        assert!(answers(&server));
        drop(server);
        assert!(!folder.exists());
    }
}
