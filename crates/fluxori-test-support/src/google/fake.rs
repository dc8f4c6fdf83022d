use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::Arc,
};

use actix_web::dev::ServerHandle;
use chrono::TimeDelta;
use fluxori_domain::{Clock, SystemClock};

use super::{
    Call, Endpoints, FaultRule, Limits, Order, RecordedCall, SecretView, ServiceAccountKey, grpc,
    rest, state::State, view,
};

/// How the fake is to be.
#[derive(Clone)]
pub struct Setup {
    /// Decides what time it is at Google, but for signatures: clients date those by the clock of the machine.
    pub clock: Arc<dyn Clock>,
    /// The port of everything over HTTP/1.1; 0 is any free one.
    pub port: u16,
    /// The port of everything over gRPC; 0 is any free one.
    pub grpc_port: u16,
    /// The id of the one project that it has.
    pub project_id: String,
    /// The number of that project, which names are answered with.
    pub project_number: u64,
    /// Of everything that looks random.
    pub seed: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            port: 0,
            grpc_port: 0,
            project_id: "fluxori-test".to_owned(),
            project_number: 482_013_095_571,
            seed: 1,
        }
    }
}

/// Google on this machine, until dropped: Secret Manager, Cloud KMS, the token endpoint and the metadata server.
///
/// It runs on threads of its own, so any runtime, or none, may call it.
pub struct FakeGoogle {
    state: Arc<State>,
    rest: ServerHandle,
    _grpc: grpc::Stop,
}

impl FakeGoogle {
    /// Starts it on free ports.
    ///
    /// # Panics
    /// When this machine does not let a program listen on 127.0.0.1.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(Setup::default()).expect("free ports on 127.0.0.1")
    }

    /// Starts it as it is to be.
    ///
    /// # Errors
    /// When a port is taken or may not be used.
    pub fn start_with(setup: Setup) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, setup.port))?;
        let grpc = TcpListener::bind((Ipv4Addr::LOCALHOST, setup.grpc_port))?;
        let endpoints = Endpoints::at(
            listener.local_addr()?,
            grpc.local_addr()?,
            &setup.project_id,
        );
        let state = Arc::new(State::new(setup, endpoints));
        let rest = rest::serve(listener, Arc::clone(&state))?;
        Ok(Self {
            _grpc: grpc::serve(grpc, Arc::clone(&state))?,
            state,
            rest,
        })
    }

    /// Where it answers.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        self.state.endpoints()
    }

    /// The number of the project.
    #[must_use]
    pub fn project_number(&self) -> u64 {
        self.state.project_number()
    }

    /// Makes a service account of this name, or another key for it. It may do everything until something is revoked.
    #[must_use]
    pub fn service_account(&self, name: &str) -> ServiceAccountKey {
        let project_id = self.state.project_id();
        let email = format!("{name}@{project_id}.iam.gserviceaccount.com");
        ServiceAccountKey {
            key_id: self.state.accounts().add_key(&email),
            email,
            project_id: project_id.to_owned(),
            token_url: self.endpoints().token_url.clone(),
        }
    }

    /// Writes the file of a new key for an account of this name.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_key(&self, name: &str, file: &Path) -> io::Result<ServiceAccountKey> {
        let key = self.service_account(name);
        std::fs::write(file, key.document().to_string())?;
        Ok(key)
    }

    /// The address of the account that the metadata server hands out tokens of.
    #[must_use]
    pub fn metadata_account(&self) -> String {
        self.state.metadata_email()
    }

    /// Makes a symmetric key of Cloud KMS, or a new primary version of it; returns the name of the key.
    #[must_use]
    pub fn kms_key(&self, location: &str, ring: &str, key: &str) -> String {
        let name = format!("locations/{location}/keyRings/{ring}/cryptoKeys/{key}");
        let mut keys = self.state.keys();
        keys.rotate(&name, self.state.now());
        keys.full_name(&name)
    }

    /// An access token of an account, without the detour over the token endpoint.
    #[must_use]
    pub fn access_token(&self, account: &str) -> String {
        let now = self.state.now();
        let mut accounts = self.state.accounts();
        accounts.add(account);
        accounts.make_token(account, true, now)
    }

    /// Does something by hand.
    ///
    /// # Panics
    /// When there is nothing to do it to, such as no version of that number.
    pub fn operate(&self, order: Order) {
        let shown = format!("{order:?}");
        assert!(order.carry_out(&self.state), "nothing there for {shown}");
    }

    /// Lets a call fail.
    pub fn inject(&self, rule: FaultRule) {
        self.state.faults().add(rule);
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.state.faults().clear();
    }

    /// Begins the sequence of random decisions about faults anew, so that a run can be repeated.
    pub fn seed_faults(&self, seed: u64) {
        self.state.faults().seed(seed);
    }

    /// Limits requests by the minute, or does not, as at the start.
    pub fn limit(&self, limits: Option<Limits>) {
        self.state.quotas().set(limits);
    }

    /// How many items a page of a list has when the caller does not say.
    pub fn set_default_page(&self, size: usize) {
        self.state.secrets().set_default_page(size);
    }

    /// Lets the clock by which Google judges signatures run ahead of this machine's.
    pub fn set_skew(&self, skew: TimeDelta) {
        self.state.switches().skew = skew;
    }

    /// Every call that came, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.state.journal().calls()
    }

    /// How often `call` was made.
    #[must_use]
    pub fn count(&self, call: Call) -> usize {
        self.state.journal().count(|one| one.call == call)
    }

    /// How often anything was called, but for the token endpoint and the metadata server.
    #[must_use]
    pub fn count_all(&self) -> usize {
        self.state
            .journal()
            .count(|one| one.call.service().is_some())
    }

    /// Forgets all calls.
    pub fn forget_calls(&self) {
        self.state.journal().clear();
    }

    /// A secret as it is now.
    #[must_use]
    pub fn secret(&self, id: &str) -> Option<SecretView> {
        let secrets = self.state.secrets();
        secrets.entry(id).map(|entry| view::secret(id, entry))
    }

    /// All secrets as they are now, oldest first. Two of these can be compared.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretView> {
        view::secrets(&self.state.secrets())
    }

    /// How many secrets there are, and how many versions that are not destroyed.
    #[must_use]
    pub fn held(&self) -> (usize, usize) {
        let secrets = self.secrets();
        let versions = secrets.iter().map(|secret| secret.held().count()).sum();
        (secrets.len(), versions)
    }

    /// The names of the versions whose payload contains this.
    #[must_use]
    pub fn payloads_with(&self, marker: &str) -> Vec<String> {
        let marker = marker.as_bytes();
        let has = |payload: &[u8]| {
            payload
                .windows(marker.len().max(1))
                .any(|part| part == marker)
        };
        let mut names = Vec::new();
        for secret in self.secrets() {
            for version in &secret.versions {
                if version.payload.as_deref().is_some_and(has) {
                    names.push(format!("{}/versions/{}", secret.name, version.number));
                }
            }
        }
        names
    }
}

impl Drop for FakeGoogle {
    fn drop(&mut self) {
        // The command is sent at once; nobody waits for it to be carried out.
        drop(self.rest.stop(false));
    }
}
