//! What a connection of ours may rely on from one transaction to the next.

use super::SERVER_PATIENCE;

/// Whose the session at the other end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sessions {
    /// Ours, for as long as the connection lasts: what was set stays set, what was prepared stays prepared.
    Ours,
    /// Another one for each transaction: a pooler in transaction mode is between us and the server. Nothing may be
    /// expected of a session, and nothing left behind in it.
    Borrowed,
}

impl Sessions {
    /// Says once for a session of ours how all its transactions behave.
    pub(super) fn set_up() -> String {
        format!(
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED; {}",
            behaviour("SET")
        )
    }

    /// Says the same at the beginning of a transaction in a session that is not ours, and for that transaction alone.
    pub(super) fn set_up_transaction() -> String {
        format!(
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; {}",
            behaviour("SET LOCAL")
        )
    }
}

fn behaviour(set: &str) -> String {
    let patience = SERVER_PATIENCE.as_millis();
    [
        "plan_cache_mode = force_generic_plan".to_owned(),
        format!("statement_timeout = {patience}"),
        format!("lock_timeout = {patience}"),
        format!("idle_in_transaction_session_timeout = {patience}"),
    ]
    .map(|setting| format!("{set} {setting}"))
    .join("; ")
}
