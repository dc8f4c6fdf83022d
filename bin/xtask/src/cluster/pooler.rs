//! Everybody comes to the database by way of a pooler in transaction mode, which has far fewer sessions than they have
//! connections.

use anyhow::{Context, Result};
use fluxori_test_support::database::{PgBouncer, PostgresServer};

use super::stage::{Setting, Stage};
use crate::{canary, storm::Finding, terminal};

const SCENE: &str = "pooler";

/// The pooler's sessions.
const SESSIONS: u8 = 4;

pub(super) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let server = PostgresServer::start().context("PostgreSQL did not start")?;
    let size = format!("default_pool_size={SESSIONS}");
    let pooler = PgBouncer::start(&server.url("postgres"), &[&size])?;
    let mut stage = Stage::open(setting, &pooler, SCENE)?;
    stage.work(setting)?;
    let listens = "query like 'NOTIFY fluxori_heartbeat%'";
    let sessions = |which: &str| {
        stage.site.number(&format!(
            "select count(*) from pg_stat_activity where datname = current_database() \
             and backend_type = 'client backend' and {which}"
        ))
    };
    let shared = sessions(&format!("not {listens}"))?;
    let listening = sessions(listens)?;
    let mut findings = vec![
        Finding::count(SCENE, "sessions that all of them share", shared).at_most(SESSIONS.into()),
        Finding::count(
            SCENE,
            "sessions past the pooler, of adapters that listen",
            listening,
        ),
    ];
    findings.extend(stage.judge(setting)?);
    terminal::step("search what the database holds for secrets", || {
        canary::ensure_none(&[server.socket_dir().to_owned()])
    })?;
    Ok(findings)
}
