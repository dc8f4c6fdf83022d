use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Behaviour, Call, RecordedRequest, keys};

/// What all workers share.
#[derive(Debug)]
pub(super) struct State {
    origin: String,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// By credential, for all calls or for one.
    scripts: HashMap<(String, Option<Call>), Behaviour>,
    /// Amazon access tokens that were handed out, with the refresh token that bought each.
    access_tokens: HashMap<String, String>,
    requests: Vec<RecordedRequest>,
}

impl State {
    pub(super) fn new(origin: String) -> Self {
        let scripts = keys::behaviours()
            .map(|(key, behaviour)| ((key.to_owned(), None), behaviour))
            .collect();
        Self {
            origin,
            inner: Mutex::new(Inner {
                scripts,
                access_tokens: HashMap::new(),
                requests: Vec::new(),
            }),
        }
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn script(&self, key: &str, call: Option<Call>, behaviour: Behaviour) {
        self.lock()
            .scripts
            .insert((key.to_owned(), call), behaviour);
    }

    /// How `key` is answered at `call`. Nobody has heard of a key without a script.
    pub(super) fn behaviour(&self, key: &str, call: Call) -> Option<Behaviour> {
        let inner = self.lock();
        let scripted = |call| inner.scripts.get(&(key.to_owned(), call)).cloned();
        scripted(Some(call)).or_else(|| scripted(None))
    }

    /// Hands out an access token for a refresh token.
    pub(super) fn make_access_token(&self, refresh_token: &str) -> String {
        let mut inner = self.lock();
        let token = format!("Atza|canary-access-{:08}", inner.access_tokens.len() + 1);
        inner
            .access_tokens
            .insert(token.clone(), refresh_token.to_owned());
        token
    }

    /// The refresh token that bought an access token.
    pub(super) fn grant_of(&self, access_token: &str) -> Option<String> {
        self.lock().access_tokens.get(access_token).cloned()
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

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
