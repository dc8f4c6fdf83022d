use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::assertion::{self, Assertion};
use crate::{
    google::{
        call::Call,
        status::{Code, Detail, Status},
    },
    providers::canary,
    random::Random,
};

/// How long an access token lives: <https://cloud.google.com/docs/authentication/token-types#access>.
pub(super) const TOKEN_LIFE: TimeDelta = TimeDelta::seconds(3600);
/// What an access token must be good for.
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// A service account.
#[derive(Debug, Default)]
struct Account {
    key_ids: BTreeSet<String>,
    /// What was taken away from an account that may otherwise do everything.
    revoked: BTreeSet<String>,
}

#[derive(Debug)]
struct Token {
    email: String,
    expires_at: DateTime<Utc>,
    has_scope: bool,
}

/// All service accounts and the access tokens that they hold.
pub(in crate::google) struct Accounts {
    by_email: BTreeMap<String, Account>,
    tokens: HashMap<String, Token>,
    random: Random,
}

impl Accounts {
    pub(in crate::google) fn seeded(seed: u64) -> Self {
        Self {
            by_email: BTreeMap::new(),
            tokens: HashMap::new(),
            random: Random::seeded(seed),
        }
    }

    /// Adds an account, or a key to one; returns the id of the key.
    pub(in crate::google) fn add_key(&mut self, email: &str) -> String {
        let id = format!("{:016x}{:016x}", self.random.bits(), self.random.bits());
        let account = self.by_email.entry(email.to_owned()).or_default();
        account.key_ids.insert(id.clone());
        id
    }

    pub(in crate::google) fn add(&mut self, email: &str) {
        self.by_email.entry(email.to_owned()).or_default();
    }

    pub(in crate::google) fn delete_key(&mut self, email: &str, key_id: &str) {
        if let Some(account) = self.by_email.get_mut(email) {
            account.key_ids.remove(key_id);
        }
    }

    pub(in crate::google) fn delete(&mut self, email: &str) {
        self.by_email.remove(email);
    }

    pub(in crate::google) fn revoke(&mut self, email: &str, permission: &str) {
        let account = self.by_email.entry(email.to_owned()).or_default();
        account.revoked.insert(permission.to_owned());
    }

    pub(in crate::google) fn grant(&mut self, email: &str, permission: &str) {
        if let Some(account) = self.by_email.get_mut(email) {
            account.revoked.remove(permission);
        }
    }

    pub(in crate::google) fn may(&self, email: &str, permission: &str) -> bool {
        let account = self.by_email.get(email);
        account.is_some_and(|account| !account.revoked.contains(permission))
    }

    /// Lets every access token run out now.
    pub(in crate::google) fn expire_tokens(&mut self, now: DateTime<Utc>) {
        for token in self.tokens.values_mut() {
            token.expires_at = token.expires_at.min(now);
        }
    }

    /// Whether the account is there, and holds this key, or any when the assertion names none.
    pub(super) fn check_signer(&self, assertion: &Assertion) -> Result<(), Refusal> {
        let Some(account) = self.by_email.get(&assertion.issuer) else {
            return Err(Refusal::NoAccount);
        };
        let holds = match &assertion.key_id {
            Some(id) => account.key_ids.contains(id),
            None => !account.key_ids.is_empty(),
        };
        if holds { Ok(()) } else { Err(Refusal::NoKey) }
    }

    pub(in crate::google) fn make_token(
        &mut self,
        email: &str,
        has_scope: bool,
        now: DateTime<Utc>,
    ) -> String {
        let word = canary::WORD;
        let token = format!(
            "ya29.c.{word}-{:016x}{:016x}",
            self.random.bits(),
            self.random.bits()
        );
        let kept = Token {
            email: email.to_owned(),
            expires_at: now + TOKEN_LIFE,
            has_scope,
        };
        self.tokens.insert(token.clone(), kept);
        token
    }

    /// Whose token this is. One that a service account signs by itself is as good:
    /// <https://google.aip.dev/auth/4111>.
    pub(in crate::google) fn authenticate(
        &mut self,
        bearer: Option<&str>,
        call: Call,
        now: DateTime<Utc>,
        wall: DateTime<Utc>,
    ) -> Result<String, Status> {
        let Some(bearer) = bearer else {
            return Err(unauthenticated(
                "Request is missing required",
                "CREDENTIALS_MISSING",
                call,
            ));
        };
        let invalid = |reason| unauthenticated("Request had invalid", reason, call);
        if let Some(token) = self.tokens.get(bearer) {
            if token.expires_at <= now {
                return Err(invalid("ACCESS_TOKEN_EXPIRED"));
            }
            return if token.has_scope {
                Ok(token.email.clone())
            } else {
                Err(out_of_scope(call))
            };
        }
        let unknown = || invalid("ACCESS_TOKEN_TYPE_UNSUPPORTED");
        let assertion = assertion::open(bearer).ok_or_else(unknown)?;
        self.check_signer(&assertion).map_err(|_| unknown())?;
        if !assertion.is_in_time(wall) {
            return Err(invalid("ACCESS_TOKEN_EXPIRED"));
        }
        let kept = Token {
            email: assertion.issuer.clone(),
            expires_at: now + (assertion.expires_at - wall),
            has_scope: assertion.has_scope(SCOPE) || assertion.audience.is_some(),
        };
        self.tokens.insert(bearer.to_owned(), kept);
        Ok(assertion.issuer)
    }
}

/// Why a signature is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NoAccount,
    NoKey,
}

fn unauthenticated(what: &str, reason: &'static str, call: Call) -> Status {
    let credential = "Expected OAuth 2 access token, login cookie or other valid authentication credential. See \
                      https://developers.google.com/identity/sign-in/web/devconsole-project.";
    let message = format!("{what} authentication credentials. {credential}");
    let message = message.replace(
        "required authentication credentials",
        "required authentication credential",
    );
    Status::new(Code::Unauthenticated, message).with(about_method(reason, call))
}

fn out_of_scope(call: Call) -> Status {
    let message = "Request had insufficient authentication scopes.";
    Status::new(Code::PermissionDenied, message)
        .with(about_method("ACCESS_TOKEN_SCOPE_INSUFFICIENT", call))
}

fn about_method(reason: &'static str, call: Call) -> Detail {
    let service = call.service().map_or("", |service| service.name());
    Detail::ErrorInfo {
        reason,
        domain: "googleapis.com",
        metadata: vec![("method", call.rpc()), ("service", service.to_owned())],
    }
}
