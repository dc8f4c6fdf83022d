//! All sellers, each on a thread of its own.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Result, anyhow};

use super::{acknowledged::Acknowledged, seller::Seller};
use crate::local::token_for;

/// Pause of a seller between two changes.
const PAUSE: Duration = Duration::from_millis(10);

/// How often what nobody answered is asked for again at the end. A key that a request left behind is reserved for minutes.
const LAST_TRIES: usize = 20;

/// Sellers at work; they stop when this is dropped.
pub(crate) struct Crowd {
    working: Vec<JoinHandle<Seller>>,
    pub(crate) acknowledged: Arc<Acknowledged>,
    stop: Arc<AtomicBool>,
}

impl Crowd {
    /// Has so many sellers begin.
    pub(crate) fn gather(
        sellers: usize,
        servers: &[SocketAddr],
        token_secret: &str,
        seed: u64,
    ) -> Self {
        let acknowledged = Arc::new(Acknowledged::by(servers.len()));
        let stop = Arc::new(AtomicBool::new(false));
        let working = (0..sellers).map(|number| {
            let user = format!("merchant-{number}");
            let token = token_for(token_secret.as_bytes(), &user, "cluster");
            let seed = seed.wrapping_mul(0x1_0000).wrapping_add(number as u64);
            let mut seller = Seller::new(user, &token, servers.to_vec(), seed);
            let (acknowledged, stop) = (Arc::clone(&acknowledged), Arc::clone(&stop));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    seller.act(&acknowledged);
                    thread::sleep(PAUSE);
                }
                seller
            })
        });
        Self {
            working: working.collect(),
            acknowledged,
            stop,
        }
    }

    /// Has all of them stop, and try what was not answered a last time.
    pub(crate) fn finish(mut self) -> Result<Vec<Seller>> {
        self.stop.store(true, Ordering::Relaxed);
        let sellers = self.working.drain(..).map(JoinHandle::join);
        let sellers: Result<Vec<Seller>, _> = sellers.collect();
        let mut sellers = sellers.map_err(|_| anyhow!("a seller panicked"))?;
        for _ in 0..LAST_TRIES {
            for seller in &mut sellers {
                seller.settle(&self.acknowledged);
            }
            thread::sleep(PAUSE);
        }
        Ok(sellers)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
