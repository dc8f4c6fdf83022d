//! What is known for sure of one seller's connection, although processes die and answers are lost.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use fluxori_credentials::MarketplaceCredentials;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whether there is a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Exists {
    Yes,
    No,
    /// Making or deleting it was begun, and nobody saw the end.
    Maybe,
}

/// Of one seller. Told to the starter before and after everything that changes it: a process that takes over from a dead
/// one begins with what that one told last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Belief {
    pub(crate) seller: usize,
    pub(crate) exists: Exists,
    /// The grants of which the connection may have the tokens: one, or two while nobody knows whether they were replaced.
    pub(crate) grants: Vec<String>,
    /// The newest generation that was read.
    pub(crate) generation: i64,
    /// What was read then.
    pub(crate) token: u64,
}

/// What a read handed out.
pub(crate) struct Seen {
    /// The grant that the access token is of.
    pub(crate) grant: String,
    pub(crate) generation: i64,
    /// Tells tokens apart, and does not tell what they are.
    pub(crate) token: u64,
}

impl Seen {
    pub(crate) fn of(credentials: &MarketplaceCredentials) -> Result<Self> {
        let headers = credentials.headers();
        let token = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .context("there is no access token in the headers")?;
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        Ok(Self {
            grant: grant_of(token)?,
            generation: credentials.generation().as_i64(),
            token: hasher.finish(),
        })
    }
}

/// Which grant an access token of Xero is of: it says so.
pub(crate) fn grant_of(token: &str) -> Result<String> {
    let claims = token.split('.').nth(1).context("no JSON web token")?;
    // What is wrong with it would quote it.
    let claims = URL_SAFE_NO_PAD.decode(claims).ok().context("no base64")?;
    let claims: Value = serde_json::from_slice(&claims).ok().context("no JSON")?;
    let event = claims["authentication_event_id"].as_str();
    Ok(event.context("a token of no grant")?.to_owned())
}

impl Belief {
    /// Before anything was done.
    pub(crate) fn new(seller: usize) -> Self {
        Self {
            seller,
            exists: Exists::No,
            grants: Vec::new(),
            generation: 0,
            token: 0,
        }
    }

    /// Compares what was read with what may be read. What fits is from now on what is known.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn learn(&mut self, seen: Seen) -> Result<(), &'static str> {
        if !self.grants.contains(&seen.grant) {
            return Err("the secret is one that was never to be in force");
        }
        if seen.generation < self.generation {
            return Err("the generation is older than one read before");
        }
        if seen.generation == self.generation && seen.token != self.token {
            return Err("two secrets with the same generation");
        }
        self.exists = Exists::Yes;
        self.grants = vec![seen.grant];
        self.generation = seen.generation;
        self.token = seen.token;
        Ok(())
    }
}
