//! Authorisation codes: good once, for the application that asked, for a minute.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::person::Person;
use crate::providers::{canary, fits_challenge, make_hex};

/// How long a code works.
const LIFE: TimeDelta = TimeDelta::seconds(60);

/// What a person agreed to.
#[derive(Debug, Clone)]
pub(super) struct Agreed {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    /// Of PKCE, method S256.
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) person: Person,
}

/// All codes that nobody redeemed yet.
#[derive(Debug, Default)]
pub(super) struct Codes(HashMap<String, (Agreed, DateTime<Utc>)>);

impl Codes {
    pub(super) fn make(&mut self, agreed: Agreed, now: DateTime<Utc>) -> String {
        let code = format!("{}-code-{}", canary::WORD, make_hex::<16>());
        self.0.insert(code.clone(), (agreed, now + LIFE));
        code
    }

    /// Redeems a code. Whatever comes of it, the code is used up.
    pub(super) fn redeem(
        &mut self,
        code: &str,
        client_id: &str,
        redirect_uri: &str,
        verifier: &str,
        now: DateTime<Utc>,
    ) -> Option<Agreed> {
        let (agreed, end) = self.0.remove(code)?;
        let fits = agreed.client_id == client_id
            && agreed.redirect_uri == redirect_uri
            && fits_challenge(Some(&agreed.challenge), Some(verifier))
            && now < end;
        fits.then_some(agreed)
    }
}
