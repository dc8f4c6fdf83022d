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

/// Fails unless the same condition, with the same variables, finds rows.
const CHECK: &str = "\
select 1 / count(*) from connections where organization_id = :organization and user_id = :owner;\n";

/// Queries a second, all clients together.
pub(crate) fn rate(database: &TestDatabase, length: Duration) -> f64 {
    run(database, CHECK, &["--transactions=1".to_owned()]);
    let clients = [
        format!("--client={CALLERS}"),
        format!("--jobs={WORKERS}"),
        format!("--time={}", length.as_secs()),
    ];
    let printed = run(database, QUERY, &clients);
    printed
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|line| line.split(' ').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{printed}"))
}

fn run(database: &TestDatabase, script: &str, options: &[String]) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(script.as_bytes())
        .expect("a temporary file can be written");
    let program =
        PostgresServer::find_bin_dir().map_or(PathBuf::from("pgbench"), |bin| bin.join("pgbench"));
    let output = Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared"])
        // Sent as parameters, so they stand here without quotes.
        .arg(format!("--define=organization={ORGANIZATION}"))
        .arg(format!("--define=owner={USER}"))
        .args(options)
        .arg("--file")
        .arg(file.path())
        .arg(database.url())
        .output()
        .expect("pgbench can be started");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
