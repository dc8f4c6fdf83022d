use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use fluxori_domain::Clock;

use super::{
    Behaviour, Call, Provider, RecordedRequest, Seed,
    faults::Faults,
    held::HeldCalls,
    keys,
    oauth::{Access, Clients, Grants, Holder, Signing, make_hex},
};

/// What all workers share. None of its locks is held while anything waits.
pub(super) struct State {
    origin: String,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    grants: Mutex<Grants>,
    faults: Mutex<Faults>,
    signing: Mutex<Signing>,
    clients: Clients,
    held: HeldCalls,
}

#[derive(Debug)]
struct Inner {
    /// By credential, for all calls or for one.
    scripts: HashMap<(String, Option<Call>), Behaviour>,
    /// Amazon access tokens of scripted refresh tokens: which one bought each, and when it expires.
    access_tokens: HashMap<String, (String, DateTime<Utc>)>,
    requests: Vec<RecordedRequest>,
}

/// How an API call with some access token is to be answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) behaviour: Behaviour,
    /// Whose token it is, when it is one of a live grant.
    pub(super) holder: Option<Holder>,
    /// The token was good once, and ran out.
    pub(super) is_expired: bool,
}

impl State {
    pub(super) fn new(origin: String, clock: Arc<dyn Clock>) -> Self {
        let scripts = keys::behaviours()
            .map(|(key, behaviour)| ((key.to_owned(), None), behaviour))
            .collect();
        let mut grants = Grants::default();
        let written = Seed::new(Provider::Xero, keys::XERO_USER).organisations(0);
        grants.adopt(
            written,
            keys::XERO_REFRESH,
            &keys::XERO_ORGANISATIONS,
            clock.now(),
        );
        Self {
            origin,
            clock,
            inner: Mutex::new(Inner {
                scripts,
                access_tokens: HashMap::new(),
                requests: Vec::new(),
            }),
            grants: Mutex::new(grants),
            faults: Mutex::default(),
            signing: Mutex::default(),
            clients: Clients::default(),
            held: HeldCalls::default(),
        }
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn signing(&self) -> MutexGuard<'_, Signing> {
        self.signing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn clients(&self) -> &Clients {
        &self.clients
    }

    pub(super) const fn held(&self) -> &HeldCalls {
        &self.held
    }

    pub(super) fn script(&self, key: &str, call: Option<Call>, behaviour: Behaviour) {
        self.lock()
            .scripts
            .insert((key.to_owned(), call), behaviour);
    }

    /// How `key` is answered at `call`, where that is written down.
    pub(super) fn behaviour(&self, key: &str, call: Call) -> Option<Behaviour> {
        let inner = self.lock();
        let scripted = |call| inner.scripts.get(&(key.to_owned(), call)).cloned();
        scripted(Some(call)).or_else(|| scripted(None))
    }

    /// How `key` is answered at every call for which nothing else is written down.
    pub(super) fn scripted_for_all(&self, key: &str) -> Option<Behaviour> {
        self.lock().scripts.get(&(key.to_owned(), None)).cloned()
    }

    /// How a refresh token is answered where it is written down for it or for its account; `None` when it is up to
    /// the rules for live grants.
    pub(super) fn scripted(&self, refresh: &str, call: Call) -> Option<Behaviour> {
        let account = self.grants().account_of_refresh(refresh);
        let behaviour = self.behaviour(refresh, call);
        let Some(account) = account else {
            return behaviour;
        };
        behaviour
            .or_else(|| self.behaviour(&account, call))
            .filter(|behaviour| behaviour.concerns_refreshing(call))
    }

    /// Whether the answer for a refresh token, or for its account, is to say no more than it must.
    pub(super) fn is_terse(&self, refresh: &str, account: &str, call: Call) -> bool {
        let behaviour = self.behaviour(refresh, call);
        let behaviour = behaviour.or_else(|| self.behaviour(account, call));
        behaviour == Some(Behaviour::GoodAndTerse)
    }

    /// How an API call with this access token is answered. Nobody has heard of a token that is neither written down
    /// nor of a live grant.
    pub(super) fn answer_to(&self, token: &str, call: Call, provider: Provider) -> Answer {
        let answer = |behaviour, holder, is_expired| Answer {
            behaviour,
            holder,
            is_expired,
        };
        let scripted = self.behaviour(token, call);
        match self.use_access(token) {
            Access::Live(holder) if holder.provider == provider => {
                let behaviour = scripted.or_else(|| self.behaviour(&holder.account, call));
                answer(behaviour.unwrap_or(Behaviour::Good), Some(holder), false)
            }
            Access::Expired => answer(Behaviour::Refused, None, true),
            _ => answer(scripted.unwrap_or(Behaviour::Refused), None, false),
        }
    }

    pub(super) fn use_access(&self, token: &str) -> Access {
        self.grants().use_access(token, self.now())
    }

    /// Hands out an access token for a scripted refresh token.
    pub(super) fn make_scripted_access_token(&self, refresh_token: &str) -> String {
        let token = format!("Atza|canary-access-{}", make_hex::<8>());
        let expires_at = self.now() + Provider::Amazon.access_life();
        self.lock()
            .access_tokens
            .insert(token.clone(), (refresh_token.to_owned(), expires_at));
        token
    }

    /// The scripted refresh token that bought an access token, and whether that has expired.
    pub(super) fn scripted_grant_of(&self, access_token: &str) -> Option<(String, bool)> {
        let inner = self.lock();
        let (refresh, expires_at) = inner.access_tokens.get(access_token)?;
        Some((refresh.clone(), *expires_at <= self.now()))
    }

    /// Writes a request down, and returns its place.
    pub(super) fn record(&self, request: RecordedRequest) -> usize {
        let mut inner = self.lock();
        inner.requests.push(request);
        inner.requests.len() - 1
    }

    /// Adds what is wrong with a request.
    pub(super) fn record_violation(&self, place: usize, violation: String) {
        self.lock().requests[place].violations.push(violation);
    }

    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().requests.clone()
    }

    pub(super) fn count(&self, call: Call) -> usize {
        let inner = self.lock();
        let of_call = inner.requests.iter().filter(|request| request.call == call);
        of_call.count()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Prints where it is.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
