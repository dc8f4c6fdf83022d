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

const READERS: u32 = 4;
/// From one read of a reader to its next.
const PACE: Duration = Duration::from_millis(10);

pub(crate) struct Readers {
    runtime: Runtime,
    provider: CredentialProvider,
    shared: Arc<Shared>,
}

struct Shared {
    ends: AtomicBool,
    /// Microseconds of each read.
    times: Mutex<Vec<f64>>,
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
        for reader in 0..READERS {
            runtime.spawn(read(provider.clone(), Arc::clone(&shared), size, reader));
        }
        Self {
            runtime,
            provider,
            shared,
        }
    }

    /// Lets connections be made and caches fill, which nobody waits for again.
    pub(crate) fn warm_up(&self) {
        self.begin();
        thread::sleep(TURN);
        self.end();
    }

    /// The 99th percentile when nothing else happens, in microseconds.
    pub(crate) fn while_idle(&self) -> f64 {
        self.begin();
        thread::sleep(TURN);
        self.end()
    }

    /// Times reads from now on.
    pub(crate) fn begin(&self) {
        self.shared.times.lock().unwrap().clear();
    }

    /// The 99th percentile since then, in microseconds.
    pub(crate) fn end(&self) -> f64 {
        let mut times = std::mem::take(&mut *self.shared.times.lock().unwrap());
        times.sort_by(f64::total_cmp);
        times[times.len() * 99 / 100]
    }

    pub(crate) fn stop(self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        let stopping = thread::spawn(move || {
            self.runtime.block_on(self.provider.shutdown());
        });
        stopping.join().unwrap();
    }
}

async fn read(provider: CredentialProvider, shared: Arc<Shared>, size: Size, reader: u32) {
    let mut pace = interval(PACE);
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
