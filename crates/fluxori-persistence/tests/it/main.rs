//! Every port on both databases, and what is particular to each.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;
mod transfers;

mod audit;
mod audit_trail;
mod changes;
mod connections;
mod data_keys;
mod defaults;
mod deletion;
mod failover;
mod figures;
mod flows;
mod grants;
mod idempotency;
mod inconsistent;
mod key_maintenance;
mod ledger;
mod ledger_flips;
mod ledger_races;
mod ledger_random;
mod moves;
mod outside;
mod overview;
mod paging_random;
mod plans;
mod pooler;
mod reading_here;
mod refreshes;
mod schema;
mod sessions;
mod tls;
mod trouble;
mod webhooks;
mod work;
