use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::SecretText;
use ring::digest;
use secrecy::ExposeSecret;

use super::Key;
use crate::random::NoRandomness;

/// How long somebody may take at the identity provider.
pub(super) const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// A sign-in under way. The browser keeps all of it; what the identity provider sees is derived from it, and bound to when
/// it began and where it leads: whoever changes either has another sign-in, which nobody began.
#[derive(Debug)]
pub(crate) struct Attempt {
    key: Key,
    begun_at: DateTime<Utc>,
    return_to: String,
}

impl Attempt {
    /// Begins one.
    pub(super) fn make(now: DateTime<Utc>, return_to: String) -> Result<Self, NoRandomness> {
        Ok(Self {
            key: Key::make()?,
            begun_at: now,
            return_to,
        })
    }

    /// The one that a browser sent.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (key, rest) = text.split_once('.')?;
        let (begun_at, return_to) = rest.split_once('.')?;
        let return_to = URL_SAFE_NO_PAD.decode(return_to).ok()?;
        Some(Self {
            key: Key::parse(key)?,
            begun_at: DateTime::from_timestamp(begun_at.parse().ok()?, 0)?,
            return_to: String::from_utf8(return_to).ok()?,
        })
    }

    /// What goes into the cookie.
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: into the text of the cookie"
    )]
    pub(super) fn to_text(&self) -> SecretText {
        SecretText::new(format!(
            "{}.{}.{}",
            self.key.to_text().expose_secret(),
            self.begun_at.timestamp(),
            URL_SAFE_NO_PAD.encode(&self.return_to)
        ))
    }

    /// Whether it took too long.
    pub(super) fn has_expired(&self, now: DateTime<Utc>) -> bool {
        now >= self.begun_at + LIFETIME
    }

    /// Where it leads, as the browser says.
    pub(super) fn return_to(&self) -> &str {
        &self.return_to
    }

    /// What comes back through the browser, and shows that the same browser began.
    pub(super) fn state(&self) -> SecretText {
        self.derive(b"fluxori sign-in state 1")
    }

    /// Whether this state came back.
    pub(super) fn has_state(&self, sent: &SecretText) -> bool {
        self.key.finds_same(&self.state(), sent)
    }

    /// What comes back in the ID token, and shows that it was made for this sign-in.
    pub(super) fn nonce(&self) -> SecretText {
        self.derive(b"fluxori sign-in nonce 1")
    }

    /// What the code has to be redeemed with (RFC 7636).
    pub(super) fn verifier(&self) -> SecretText {
        self.derive(b"fluxori sign-in verifier 1")
    }

    /// What the identity provider is told of the verifier: its SHA-256.
    #[expect(clippy::disallowed_methods, reason = "EXPOSE: only its hash leaves")]
    pub(super) fn challenge(&self) -> String {
        let verifier = self.verifier();
        let hash = digest::digest(&digest::SHA256, verifier.expose_secret().as_bytes());
        URL_SAFE_NO_PAD.encode(hash)
    }

    fn derive(&self, purpose: &[u8]) -> SecretText {
        let begun_at = self.begun_at.timestamp().to_be_bytes();
        self.key
            .derive(purpose, [&begun_at, self.return_to.as_bytes()])
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: tests compare what they made"
)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn an_attempt_survives_the_cookie_and_no_change_to_it() {
        let attempt = Attempt::make(now(), "/?tab=2".to_owned()).unwrap();
        let text = attempt.to_text();
        let text = text.expose_secret();
        let back = Attempt::parse(text).unwrap();
        assert!(back.has_state(&attempt.state()));
        assert_eq!(back.return_to(), "/?tab=2");

        let later = text.replace("1800000000", "1800000001");
        let elsewhere = Attempt::make(now(), "/other".to_owned()).unwrap();
        let elsewhere = elsewhere.to_text();
        let (begin, _) = text.rsplit_once('.').unwrap();
        let (_, end) = elsewhere.expose_secret().rsplit_once('.').unwrap();
        for changed in [later, format!("{begin}.{end}")] {
            let changed = Attempt::parse(&changed).unwrap();
            assert!(!changed.has_state(&attempt.state()));
        }
        for bad in ["", "a.b.c", begin, &format!("{text}.x"), &text[1..]] {
            assert!(Attempt::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn state_nonce_and_verifier_do_not_tell_of_each_other() {
        let attempt = Attempt::make(now(), "/".to_owned()).unwrap();
        let all = [
            attempt.state().expose_secret().to_owned(),
            attempt.nonce().expose_secret().to_owned(),
            attempt.verifier().expose_secret().to_owned(),
            attempt.challenge(),
            attempt.key.to_text().expose_secret().to_owned(),
        ];
        for (index, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 43);
            assert!(!all[index + 1..].contains(one));
        }
    }

    #[test]
    fn an_attempt_lasts_ten_minutes() {
        let attempt = Attempt::make(now(), "/".to_owned()).unwrap();
        assert!(!attempt.has_expired(now() + TimeDelta::seconds(599)));
        assert!(attempt.has_expired(now() + TimeDelta::seconds(600)));
    }
}
