use std::{fmt, sync::Arc};

use quick_cache::sync::Cache;

use crate::Payload;

/// How many versions are kept: of a kilobyte each, ten megabytes.
const MOST: usize = 10_000;

/// What was read, by the name of its version. A version never changes. Wiped when it goes.
pub(super) struct Opened(Cache<Box<str>, Arc<Payload>>);

impl Opened {
    pub(super) fn new() -> Self {
        Self(Cache::new(MOST))
    }

    pub(super) fn find(&self, value: &str) -> Option<Arc<Payload>> {
        self.0.get(value)
    }

    pub(super) fn keep(&self, value: &str, payload: Payload) -> Arc<Payload> {
        let payload = Arc::new(payload);
        self.0.insert(value.into(), Arc::clone(&payload));
        payload
    }

    pub(super) fn forget(&self, value: &str) {
        self.0.remove(value);
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("count", &self.0.len())
            .finish()
    }
}
