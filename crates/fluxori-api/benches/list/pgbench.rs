//! The other reference: the list's statement, prepared, from the database's own load generator.

use std::time::Duration;

use fluxori_test_support::database::{Pgbench, TestDatabase};

use super::{
    load::CALLERS,
    subject::{ORGANIZATION, USER},
};

/// The statement that lists really send, as the database saw it.
pub(crate) fn statement(database: &TestDatabase) -> String {
    let statement = database.psql(
        "select query from pg_stat_activity where datname = current_database() \
         and query like 'SELECT \"connections\"%ORDER BY \"connections\".\"id\" DESC%' limit 1",
    );
    let statement = statement.expect("the database answers");
    assert!(statement.trim_end().ends_with("LIMIT $5"), "{statement}");
    statement
}

/// Lists a second, all clients together.
pub(crate) fn rate(database: &TestDatabase, statement: &str, rows: u32, length: Duration) -> f64 {
    let parameters = ["''", "''", ":organization", ":owner", ":rows"];
    Pgbench {
        url: database.url(),
        script: &Pgbench::script_of(statement, &parameters),
        variables: &[
            ("organization", ORGANIZATION),
            ("owner", USER),
            // One more shows whether there is another page.
            ("rows", &(rows + 1).to_string()),
        ],
        clients: CALLERS,
    }
    .rate(length)
}
