//! The other reference: the list's query, prepared, from the database's own load generator.

use std::{io::Write, path::PathBuf, process::Command, time::Duration};

use fluxori_test_support::database::{PostgresServer, TestDatabase};

use super::{
    CALLERS, WORKERS,
    subject::{ORGANIZATION, USER},
};

const QUERY: &str = "\
select organization_id, user_id, id, marketplace, auth_type, label, account_id, account_name, details, status, \
status_reason, checked_at, check_outcome, synced_at, sync_outcome, is_default, credential_id, version, created_at, \
updated_at from connections where organization_id = :organization and user_id = :owner and deleted_at is null \
order by id desc limit 21;\n";

/// Queries a second, all clients together.
pub(crate) fn rate(database: &TestDatabase, length: Duration) -> f64 {
    let mut script = tempfile::NamedTempFile::new().expect("a temporary file");
    script
        .write_all(QUERY.as_bytes())
        .expect("a temporary file can be written");
    let program =
        PostgresServer::find_bin_dir().map_or(PathBuf::from("pgbench"), |bin| bin.join("pgbench"));
    let output = Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared"])
        .args([format!("--client={CALLERS}"), format!("--jobs={WORKERS}")])
        .arg(format!("--time={}", length.as_secs()))
        .arg(format!("--define=organization='{ORGANIZATION}'"))
        .arg(format!("--define=owner='{USER}'"))
        .arg("--file")
        .arg(script.path())
        .arg(database.url())
        .output()
        .expect("pgbench can be started");
    let printed = String::from_utf8_lossy(&output.stdout);
    printed
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|line| line.split(' ').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)))
}
