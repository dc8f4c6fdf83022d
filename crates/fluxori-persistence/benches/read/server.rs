//! A PostgreSQL server of our own, and its own benchmark.

use std::{process::Command, time::Duration};

use fluxori_test_support::database::{Pgbench, PostgresServer};

pub(crate) struct Server(PostgresServer);

impl Server {
    pub(crate) fn start() -> Self {
        let server =
            PostgresServer::start_with(&["shared_buffers=1GB", "max_wal_size=4GB"]).unwrap();
        Self(server)
    }

    pub(crate) fn url(&self) -> String {
        self.0.url("postgres")
    }

    pub(crate) fn psql(&self, statements: &str) -> String {
        let output = Command::new(self.0.bin_dir().join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c"])
            .args([statements, &self.url()])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// The statement that our reads really send, as the server saw it.
    pub(crate) fn statement_of_reads(&self) -> String {
        let statement = self.psql(
            "SELECT query FROM pg_stat_activity WHERE application_name = 'fluxori' \
             AND query LIKE 'SELECT \"connections\"%' LIMIT 1",
        );
        assert!(statement.contains("LIMIT $6"), "{statement}");
        statement
    }

    /// Transactions a second of pgbench with the same statement, prepared.
    pub(crate) fn pgbench(
        &self,
        statement: &str,
        size: u32,
        clients: usize,
        turn: Duration,
    ) -> f64 {
        let parameters = ["''", "''", ":tenant", ":tenant", ":marketplace", ":rows"];
        let script = Pgbench::script_of(statement, &parameters);
        Pgbench {
            url: &self.url(),
            script: &format!("\\set tenant random(1, {size})\n{script}"),
            variables: &[("marketplace", "takealot"), ("rows", "2")],
            clients,
        }
        .rate(turn)
    }
}
