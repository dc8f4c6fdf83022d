use fluxori_credentials::telemetry::events;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is open besides connections of callers: the database, marketplaces, listeners, the log.
const OTHERS: u64 = 256;

/// Sees to it that so many connections of callers can be open: each is a file to the system, which allows a process 1,024
/// unless it asks for more.
pub(crate) fn allow(connections: u32) {
    let needed = u64::from(connections) + OTHERS;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return;
    }
    let wanted = limit.maximum.map_or(needed, |most| most.min(needed));
    let new = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    let is_raised = setrlimit(Resource::Nofile, new).is_ok();
    if !is_raised || wanted < needed {
        tracing::warn!(
            event = events::SERVER_FEW_FILES,
            needed,
            "fewer files may be open than MAX_CONNECTIONS needs: raise the limit of the process, or lower the setting"
        );
    }
}
