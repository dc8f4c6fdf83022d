use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
};

use actix_web::{
    dev::ServerHandle,
    web::{self, Data},
};
use fluxori_domain::{Clock, SystemClock};

use super::{
    clients::{CLIENT_ID, CLIENT_SECRET},
    faults::Fault,
    routes::{self, Call},
    state::State,
};

/// A simulated provider of `OpenID` Connect, on a port of this machine, until dropped.
///
/// It runs on a thread of its own, so any runtime, or none, may call it.
#[derive(Debug)]
pub struct SimulatedIdentity {
    state: Arc<State>,
    server: ServerHandle,
}

impl SimulatedIdentity {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// When this machine does not let a program listen on 127.0.0.1.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(Arc::new(SystemClock))
    }

    /// Starts it on a free port, with a clock that dates tokens and decides when codes end.
    ///
    /// # Panics
    /// When this machine does not let a program listen on 127.0.0.1.
    #[must_use]
    pub fn start_with(clock: Arc<dyn Clock>) -> Self {
        Self::start_at(0, clock).expect("a free port on 127.0.0.1")
    }

    /// Starts it on `port`; 0 is any free one.
    ///
    /// # Errors
    /// When the port is taken or may not be used.
    pub fn start_on(port: u16) -> io::Result<Self> {
        Self::start_at(port, Arc::new(SystemClock))
    }

    fn start_at(port: u16, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let issuer = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State::new(issuer, clock));
        let data = Data::from(Arc::clone(&state));
        let server = crate::serve::serve("simulated-identity", listener, move |config| {
            config
                .app_data(Data::clone(&data))
                .default_service(web::to(routes::handle));
        })?;
        Ok(Self { state, server })
    }

    /// Its issuer, which is also where it answers: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.state.issuer()
    }

    /// The environment that lets people sign in to a server here.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        [
            ("OIDC_ISSUER", self.issuer()),
            ("OIDC_CLIENT_ID", CLIENT_ID),
            ("OIDC_CLIENT_SECRET", CLIENT_SECRET),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }

    /// Lets something go wrong, once. Faults of one kind of call happen in the order in which they were ordered.
    pub fn arm(&self, fault: Fault) {
        self.state.lock().faults.push(fault);
    }

    /// Signs with another key from now on, and publishes it beside the ones before.
    pub fn rotate_key(&self) {
        self.state.lock().keys.rotate();
    }

    /// How often `call` was made.
    #[must_use]
    pub fn count(&self, call: Call) -> usize {
        let inner = self.state.lock();
        inner.counts.get(&call).copied().unwrap_or_default()
    }
}

impl Drop for SimulatedIdentity {
    fn drop(&mut self) {
        // The command is sent at once; nobody waits for it to be carried out.
        drop(self.server.stop(false));
    }
}
