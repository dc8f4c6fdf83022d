//! The other reference: the list's query, prepared, from the database's own load generator.

use std::time::Duration;

use fluxori_test_support::database::{Pgbench, TestDatabase};

use super::{
    load::CALLERS,
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
    let run = |script| Pgbench {
        url: database.url(),
        script,
        variables: &[("organization", ORGANIZATION), ("owner", USER)],
        clients: CALLERS,
    };
    run(CHECK).once();
    run(QUERY).rate(length)
}
