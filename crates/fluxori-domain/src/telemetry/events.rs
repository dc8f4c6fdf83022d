//! What may be said in the log: the name of every event, which a log line carries as `event` beside its sentence.
//!
//! Sentences are for people and may change; names are for programs and do not.

/// An event that is worth a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEvent {
    /// Its name.
    pub name: &'static str,
    /// The level of its lines; some of them may be less.
    pub level: EventLevel,
    /// What has happened, in one sentence.
    pub help: &'static str,
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventLevel {
    /// To those who look for a defect.
    Debug,
    /// To those who want to know what was done.
    Info,
    /// To the operator, who has to do nothing at once.
    Warn,
    /// To the operator, now.
    Error,
}

impl EventLevel {
    /// The fixed name, as log lines write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Declares events, each as a constant, and the table of all.
macro_rules! events {
    ($($constant:ident = $name:literal, $level:ident, $help:literal;)+) => {
        $(
            #[doc = $help]
            pub const $constant: &str = $name;
        )+

        /// Every event there is, in the order of the reference page.
        pub const LOG_EVENTS: &[LogEvent] =
            &[$(LogEvent { name: $name, level: EventLevel::$level, help: $help }),+];
    };
}

events! {
    SERVER_STARTING = "server.starting", Info,
        "The server begins, with the version that is named.";
    SERVER_LISTENING = "server.listening", Info,
        "The API is answered at this address.";
    SERVER_LISTENING_TLS = "server.listening_tls", Info,
        "The API is answered at this address, with TLS that ends in the server.";
    SERVER_LISTENING_UNIX = "server.listening_unix", Info,
        "The API is answered on this Unix socket.";
    SERVER_DATABASE_AWAITED = "server.database_awaited", Warn,
        "The database cannot be reached yet; it is tried again for so many seconds.";
    SERVER_FEW_FILES = "server.few_files", Warn,
        "The system lets the process open fewer files than `MAX_CONNECTIONS` needs.";
    SERVER_BUSY = "server.busy", Warn,
        "More requests came at once than are answered at once, as the setting that is named says; some are turned away.";
    SERVER_PROXY_UNNAMED = "server.proxy_unnamed", Warn,
        "Requests are passed on by somebody whom `TRUSTED_PROXIES` does not name; they count for that one address.";
    CERTIFICATE_REPLACED = "certificate.replaced", Info,
        "A new certificate is shown from now on.";
    CERTIFICATE_KEPT = "certificate.kept", Error,
        "The new certificate cannot be used, and why; the old one stays in force.";
    SERVER_NOT_READY = "server.not_ready", Info,
        "The server was told to stop; `/readyz` says so, and requests are still taken for `SHUTDOWN_DELAY_SECONDS`.";
    SERVER_STOPPING = "server.stopping", Info,
        "The server takes no more requests and finishes those at hand.";
    SERVER_STOPPED = "server.stopped", Info,
        "Everything is finished and written; the last line of a server that was stopped.";
    PAGE_ON = "page.on", Info, "The page is served at this address.";
    PAGE_OFF = "page.off", Info, "There is no page, and which settings turn it on.";
    PAGE_NOT_BUILT = "page.not_built", Warn, "The page is on, but this program was built without it.";
    PAGE_SIGN_IN_LINKS = "page.sign_in_links", Warn, "Links for development let people in.";
    METRICS_LISTENING = "metrics.listening", Info, "Metrics are told at this address.";
    METRICS_REACHABLE = "metrics.reachable", Warn, "That address is not this machine's alone.";
    COMMAND_PROGRESS = "command.progress", Info, "A long command has come so far.";

    REQUEST_ANSWERED = "request.answered", Info,
        "A request was answered: one line for each; those of health checks have the level DEBUG.";
    REQUEST_FAILED = "request.failed", Error, "A request failed on our side, and why.";
    REQUEST_REFUSED = "request.refused", Debug, "A request was answered by a problem that is the caller's.";

    SIGN_IN_DONE = "sign_in.done", Info, "Somebody has signed in to the page.";
    SIGN_IN_DENIED = "sign_in.denied", Info, "Somebody was refused, or gave up, at the identity provider.";
    SIGN_IN_FAILED = "sign_in.failed", Warn, "A sign-in failed: the identity provider's answer cannot be used.";
    SIGN_IN_BROKEN = "sign_in.broken", Error, "Nobody can sign in: sessions cannot be stored.";
    SIGN_IN_TOKEN_REFUSED = "sign_in.token_refused", Debug, "A bearer token was refused, and why.";
    IDENTITY_KEYS_FETCHED = "identity.keys_fetched", Info, "The keys of the identity provider were fetched.";
    IDENTITY_KEYS_KEPT = "identity.keys_kept", Warn, "They could not be fetched; the present ones stay in force.";
    IDENTITY_DISCOVERY_FAILED = "identity.discovery_failed", Warn, "The discovery document cannot be fetched or used.";

    CONNECTION_CREATED = "connection.created", Info, "A seller has connected an account.";
    CONNECTION_TEST_OUTDATED = "connection.test_outdated", Info, "A test ended after a newer one, and changes nothing.";
    CONNECTION_NOT_CONFIRMED = "connection.not_confirmed", Warn, "A test could not confirm whose account it is.";
    CONNECTION_TEST_FAILED = "connection.test_failed", Warn, "A connection could not be tested in the background.";
    IDEMPOTENCY_KEPT = "idempotency.kept", Warn, "The key of a failed request stays reserved until it expires.";
    CONSENT_ENDED = "consent.ended", Info, "A consent in the browser has come to its end, and which.";
    CONSENT_UNKNOWN = "consent.unknown", Info, "A browser came back with what belongs to no consent.";
    CONSENT_FAILED = "consent.failed", Error, "A consent could not be brought to its end.";
    CONSENT_WAITS = "consent.waits", Warn, "A fresh grant is not stored yet; it is tried again.";
    WEBHOOK_OUTDATED = "webhook.outdated", Info, "A message of a marketplace is older than the latest consent, and ignored.";
    WEBHOOK_NOT_UNDERSTOOD = "webhook.not_understood", Warn, "A signed message of a marketplace is not one that we know.";
    DELETION_UNFINISHED = "deletion.unfinished", Warn, "A deletion will be finished later.";
    DISCONNECT_POSTPONED = "disconnect.postponed", Warn, "An account is not cut off at its marketplace yet.";
    DISCONNECT_GIVEN_UP = "disconnect.given_up", Error, "An account could not be cut off: the seller has to do it there.";
    DISCONNECT_IMPOSSIBLE = "disconnect.impossible", Error, "There is no secret left to cut an account off with.";
    ORGANIZATION_FORGOTTEN = "organization.forgotten", Warn, "An organization was removed for ever.";

    REFRESH_DONE = "refresh.done", Info, "Tokens were renewed and stored.";
    REFRESH_UNANSWERED = "refresh.unanswered", Warn, "A refresh got no answer; the same token is tried again.";
    REFRESH_REFUSED = "refresh.refused", Warn, "A marketplace refused to renew tokens: the seller has to connect again.";
    REFRESH_POSTPONED = "refresh.postponed", Info, "Tokens were not renewed in the background, and why.";
    REFRESH_TOKENS_WAIT = "refresh.tokens_wait", Error, "Tokens were bought and are not stored yet; it is tried again.";
    REFRESH_TOKENS_LOST = "refresh.tokens_lost", Error, "Tokens were bought and could not be stored.";
    REFRESH_TOKENS_DROPPED = "refresh.tokens_dropped", Error,
        "Tokens were bought after the lease had ended, and are dropped.";
    REFRESH_PANICKED = "refresh.panicked", Error, "A refresh panicked: a defect of this program.";
    APPLICATION_REFUSED = "application.refused", Error, "A marketplace refuses our own application.";
    APPLICATION_ACCEPTED = "application.accepted", Info, "The marketplace accepts it again.";
    APPLICATION_SECRET_EXPIRES = "application.secret_expires", Warn, "A secret of our own application runs out.";
    MARKETPLACE_ANSWERED = "marketplace.answered", Debug, "A marketplace answered a call.";
    MARKETPLACE_UNANSWERED = "marketplace.unanswered", Debug, "A marketplace did not answer a call.";
    MARKETPLACE_NOT_CALLED = "marketplace.not_called", Debug,
        "A call was not made: the host fails and is left alone, or too many calls are under way.";
    MARKETPLACE_HOST_FAILS = "marketplace.host_fails", Warn,
        "A host of a marketplace fails, and is left alone but for one call after each pause.";
    MARKETPLACE_HOST_ANSWERS = "marketplace.host_answers", Info, "It answers again.";
    MARKETPLACE_VERSION_OBSOLETE = "marketplace.version_obsolete", Warn,
        "A marketplace no longer speaks the version of its API that is set.";

    SECRET_LOST = "secret.lost", Error, "A row names a secret that is gone.";
    SECRET_KEPT = "secret.kept", Warn, "A secret that nothing needs is not destroyed yet.";
    KEYS_ROTATED = "keys.rotated", Info, "Data keys were wrapped by the active master key.";
    KEYS_RESEALED = "keys.resealed", Info, "Credentials were sealed by new data keys.";
    KEYS_RETIRED = "keys.retired", Info, "A master key was withdrawn for ever.";
    AUDIT_OFF = "audit.off", Warn, "Reads of credentials are not written to the audit trail.";
    AUDIT_WAITS = "audit.waits", Error, "Audit events wait for the database.";
    AUDIT_REFUSED = "audit.refused", Error, "Credentials were not handed out, because the read could not be written.";
    AUDIT_LOST = "audit.lost", Error, "A credential was read, and no audit event tells of it.";

    HOUSEKEEPING_DONE = "housekeeping.done", Info, "A round of background work, and what it did.";
    HOUSEKEEPING_IDLE = "housekeeping.idle", Debug, "A round with nothing to do.";
    HOUSEKEEPING_ELSEWHERE = "housekeeping.elsewhere", Debug, "Another server does the background work.";
    HOUSEKEEPING_FAILED = "housekeeping.failed", Warn, "A round failed and will be tried again.";
    HOUSEKEEPING_NOT_COUNTED = "housekeeping.not_counted", Warn, "Connections or keys could not be counted for metrics.";
    SESSIONS_FORGOTTEN = "sessions.forgotten", Info, "Sessions and links that were over are removed.";
    DATABASE_CONNECTION_ENDED = "database.connection_ended", Debug, "A connection to PostgreSQL ended, and why.";
    CHANGES_HEARD = "changes.heard", Info, "Changes by other processes are heard: the coherent cache serves.";
    CHANGES_UNHEARD = "changes.unheard", Warn, "They are not heard: credentials are read from the database.";
    GOOGLE_TOKEN_KEPT = "google.token_kept", Warn, "The Google access token could not be replaced yet.";
    GOOGLE_CALL_REPEATED = "google.call_repeated", Debug, "A call to Google failed and will be repeated.";
    TLS_ROOT_UNREADABLE = "tls.root_unreadable", Warn, "A root certificate of this machine cannot be read.";
    TLS_ROOTS_IGNORED = "tls.roots_ignored", Debug, "Some root certificates of this machine cannot be used.";
    TRACES_ON = "traces.on", Info, "Traces are sent to this collector.";
    TRACES_REFUSED = "traces.refused", Warn, "The collector does not take them: they are lost.";
    TRACES_TAKEN = "traces.taken", Info, "The collector takes them again.";
    LOG_CHANGED = "log.changed", Warn, "Another filter holds for log lines from here on.";
    LOG_KEPT = "log.kept", Warn, "The new filter cannot be used: the one before stays in force.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_event_is_named_by_the_rules_and_once() {
        let is_word = |word: &str| {
            let mut bytes = word.bytes();
            !word.is_empty() && bytes.all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let mut seen = BTreeSet::new();
        for LogEvent { name, help, .. } in LOG_EVENTS {
            assert!(seen.insert(name), "{name} is there twice");
            let (area, what) = name.split_once('.').unwrap();
            assert!(is_word(area) && is_word(what), "{name}");
            assert!(help.ends_with('.'), "{name}");
        }
    }
}
