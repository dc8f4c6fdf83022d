//! Adapters that read at an even pace on threads of their own, and time each read.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use fluxori_credentials::{
    CredentialProvider, Marketplace, OrganizationId, Settings, SystemClock, UserId,
};
use tokio::{
    runtime::Runtime,
    time::{MissedTickBehavior, interval},
};

use crate::crowd::Size;

/// How long something is measured that has no end of its own.
pub(crate) const TURN: Duration = Duration::from_secs(5);

/// From one read of each reader to its next, in microseconds: 400 reads a second together. No two are in step with each
/// other or with what changes keys, which does so every 10 ms: else chance decides in each run whether all meet every time
/// or never.
const PACES: [u64; 4] = [9_100, 9_700, 10_300, 10_900];

pub(crate) struct Readers {
    runtime: Runtime,
    provider: CredentialProvider,
    shared: Arc<Shared>,
}

struct Shared {
    ends: AtomicBool,
    times: Mutex<Vec<f64>>,
}

/// How long reads took, in microseconds.
pub(crate) struct Times(Vec<f64>);

impl Times {
    /// These and those of another time.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The 99th percentile.
    pub(crate) fn p99(mut self) -> f64 {
        self.0.sort_by(f64::total_cmp);
        self.0[self.0.len() * 99 / 100]
    }
}

impl Readers {
    /// Connects, and reads from now on.
    pub(crate) fn connect(settings: Settings, size: Size) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        // From a thread of its own: the one that calls this drives another runtime.
        let (runtime, provider) = thread::spawn(move || {
            let connecting = CredentialProvider::connect(&settings, Arc::new(SystemClock));
            let provider = runtime.block_on(connecting).unwrap();
            (runtime, provider)
        })
        .join()
        .unwrap();
        let shared = Arc::new(Shared {
            ends: AtomicBool::new(false),
            times: Mutex::new(Vec::new()),
        });
        for (reader, pace) in (0..).zip(PACES) {
            let pace = Duration::from_micros(pace);
            runtime.spawn(read(
                provider.clone(),
                Arc::clone(&shared),
                size,
                reader,
                pace,
            ));
        }
        Self {
            runtime,
            provider,
            shared,
        }
    }

    /// Reads when nothing else happens.
    pub(crate) fn while_idle(&self) -> Times {
        self.begin();
        thread::sleep(TURN);
        self.end()
    }

    /// Times reads from now on.
    pub(crate) fn begin(&self) {
        self.shared.times.lock().unwrap().clear();
    }

    /// Those since then.
    pub(crate) fn end(&self) -> Times {
        Times(std::mem::take(&mut *self.shared.times.lock().unwrap()))
    }

    pub(crate) fn stop(self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        let stopping = thread::spawn(move || {
            self.runtime.block_on(self.provider.shutdown());
        });
        stopping.join().unwrap();
    }
}

async fn read(
    provider: CredentialProvider,
    shared: Arc<Shared>,
    size: Size,
    reader: u32,
    pace: Duration,
) {
    let mut pace = interval(pace);
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut user = reader;
    while !shared.ends.load(Ordering::Relaxed) {
        pace.tick().await;
        // Prime, so that all come in turn and neighbours do not.
        user = (user + 7_919) % size.credentials();
        let number = user + 1;
        let organization = OrganizationId::new(size.organization_of(number).to_string()).unwrap();
        let name = UserId::new(number.to_string()).unwrap();
        let began = Instant::now();
        let read = provider
            .get_marketplace_credentials(&name, &organization, Marketplace::Takealot)
            .await;
        let took = began.elapsed().as_secs_f64() * 1_000_000.0;
        read.unwrap();
        shared.times.lock().unwrap().push(took);
    }
}
