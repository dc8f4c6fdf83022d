//! What a marketplace may answer to everything that we ask of it, and what must hold of what we make of it.

pub(crate) mod amazon;
pub(crate) mod shopify;
pub(crate) mod takealot;
pub(crate) mod xero;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AccessToken, AccountDetails, AuthType, AuthorisationCode, Clocks, ConsentTarget,
    CredentialDocument, Outcome, OutcomeClass, PkceVerifier, RefreshToken, SecretText,
    ports::{
        Account, Admission, Consent, DisconnectSubject, Disconnection, ExchangeReport,
        IdentifyReport, RefreshReport, RefreshSubject, Renewal, TestReport, TestSubject,
    },
};
use fluxori_marketplaces::fuzzing::Reply;
use secrecy::ExposeSecret;

use crate::{
    replies::is_json,
    silence::assert_silent_document,
    sites::{at_once, client, now},
};

/// One connection, whose marketplace answers with the same answers to whatever it is asked.
struct Case<'a> {
    auth_type: AuthType,
    details: &'a AccountDetails,
    replies: &'a [Reply],
}

impl Case<'_> {
    /// Tests a credential.
    fn test(&self, document: &CredentialDocument, is_fresh: bool) {
        let subject = TestSubject {
            auth_type: self.auth_type,
            document,
            details: self.details,
            is_fresh,
        };
        let report = at_once(self.client().test(subject));
        self.check_test(&report, is_fresh);
    }

    /// Spends a grant.
    fn refresh(&self, document: &CredentialDocument) {
        let subject = RefreshSubject {
            auth_type: self.auth_type,
            document,
            details: self.details,
            clocks: Clocks::default(),
            admission: Admission::default(),
        };
        match at_once(self.client().refresh(subject)) {
            RefreshReport::Renewed(renewal) => Self::check_renewal(&renewal),
            RefreshReport::Refused(outcome) => self.check_refusal(outcome),
        }
    }

    /// Redeems a code, and asks for whom.
    fn consent(&self, target: &ConsentTarget, claims: &BTreeMap<String, String>) {
        let client = self.client();
        let consents = client
            .consent()
            .expect("sellers connect there in the browser");
        let code = AuthorisationCode::new(secret("canary-code-1"));
        let verifier = PkceVerifier::new(secret(&"canary-verifier-1".repeat(3)));
        let consent = Consent {
            target,
            code: &code,
            claims,
            verifier: &verifier,
            redirect_uri: "https://vault.example.com/api/oauth/x/callback",
        };
        match at_once(consents.exchange(consent)) {
            ExchangeReport::Refused(outcome) => self.check_refusal(outcome),
            ExchangeReport::Granted(grant) => {
                Self::check_renewal(&grant.tokens);
                if let Some(account) = &grant.presumed {
                    self.check_account(account);
                }
                match at_once(consents.identify(consent, &grant.tokens)) {
                    IdentifyReport::Unknown(outcome) => self.check_refusal(outcome),
                    IdentifyReport::Accounts(accounts) => {
                        assert!(!accounts.is_empty(), "a grant for nobody");
                        for account in &accounts {
                            self.check_account(account);
                        }
                    }
                }
            }
        }
    }

    /// Cuts the account off.
    fn disconnect(&self, document: &CredentialDocument) {
        let subject = DisconnectSubject {
            auth_type: self.auth_type,
            document,
            details: self.details,
            is_last: true,
        };
        match at_once(self.client().disconnect(subject)) {
            Disconnection::Failed(outcome) => self.check_outcome(outcome),
            Disconnection::Done | Disconnection::LeftToSeller => {}
        }
    }

    fn client(&self) -> std::sync::Arc<dyn fluxori_domain::ports::MarketplaceClient> {
        client(self.details.marketplace(), self.replies)
    }

    fn check_test(&self, report: &TestReport, is_fresh: bool) {
        self.check_outcome(report.outcome);
        if let Some(account) = &report.account {
            assert_eq!(report.outcome.class, OutcomeClass::Ok);
            assert!(report.choices.is_empty());
            self.check_account(account);
        }
        if let Some(renewal) = &report.renewal {
            Self::check_renewal(renewal);
        }
        assert!(
            !(is_fresh && report.stale_token),
            "there is nothing fresher than what is fresh"
        );
        for choice in &report.choices {
            assert_eq!(report.outcome.class, OutcomeClass::Ok);
            check_name(choice.name.as_deref());
        }
    }

    fn check_refusal(&self, outcome: Outcome) {
        assert_ne!(outcome.class, OutcomeClass::Ok, "refused, and good");
        self.check_outcome(outcome);
    }

    /// Nothing but the marketplace's own words in JSON, arrived whole, flags a seller. Nobody is believed longer than a day.
    fn check_outcome(&self, outcome: Outcome) {
        let flags_the_seller = matches!(
            outcome.class,
            OutcomeClass::ReauthRequired
                | OutcomeClass::TenantDisconnected
                | OutcomeClass::TokenKindObsolete
        );
        assert!(
            !flags_the_seller || self.replies.iter().any(is_json),
            "a seller is flagged without a word of the marketplace: {outcome:?}"
        );
        if let Some(at) = outcome.retry_at {
            assert!(
                is_between(at, TimeDelta::zero(), TimeDelta::days(1)),
                "{at}"
            );
        }
    }

    fn check_account(&self, account: &Account) {
        assert_eq!(account.details.marketplace(), self.details.marketplace());
        check_name(account.name.as_deref());
        let details = serde_json::to_string(&account.details).expect("details are stored as JSON");
        let read: AccountDetails = serde_json::from_str(&details).expect("and read back");
        assert_eq!(read, account.details);
    }

    /// New tokens can be sent, are stored as they are, and are not printed; what they say of their life is plausible.
    fn check_renewal(renewal: &Renewal) {
        assert_silent_document(&renewal.document);
        let CredentialDocument::Tokens {
            access_token,
            refresh_token,
        } = &renewal.document
        else {
            panic!("a marketplace sold a key")
        };
        let access = access_token.as_ref().map(exposed).expect("it was bought");
        for token in [Some(access), refresh_token.as_ref().map(exposed)]
            .into_iter()
            .flatten()
        {
            assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        let stored = renewal.document.to_plaintext();
        let read = CredentialDocument::from_plaintext(&stored).expect("what was stored is read");
        assert_eq!(exposed(&read.to_plaintext()), exposed(&stored));
        let access_ends = renewal.clocks.access_expires_at.expect("tokens run out");
        assert!(is_between(
            access_ends,
            TimeDelta::seconds(1),
            TimeDelta::days(1)
        ));
        if let Some(refresh_ends) = renewal.clocks.refresh_expires_at {
            assert!(is_between(
                refresh_ends,
                TimeDelta::seconds(1),
                TimeDelta::days(400)
            ));
        }
    }
}

/// Names for people are short, and have nothing in them that a terminal or a log would act upon.
fn check_name(name: Option<&str>) {
    if let Some(name) = name {
        assert!(!name.is_empty() && name.chars().count() <= 200);
        assert!(!name.chars().any(char::is_control));
    }
}

fn is_between(at: DateTime<Utc>, least: TimeDelta, most: TimeDelta) -> bool {
    (now() + least..=now() + most).contains(&at)
}

/// A token set with these tokens.
fn tokens(access: Option<&str>, refresh: Option<&str>) -> CredentialDocument {
    CredentialDocument::Tokens {
        access_token: access.map(|text| AccessToken::new(secret(text))),
        refresh_token: refresh.map(|text| RefreshToken::new(secret(text))),
    }
}

fn secret(text: &str) -> SecretText {
    SecretText::copy_of(text)
}

fn target<const N: usize>(parts: [(&str, &str); N]) -> ConsentTarget {
    ConsentTarget(map(parts))
}

fn map<const N: usize>(parts: [(&str, &str); N]) -> BTreeMap<String, String> {
    parts
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

#[expect(clippy::disallowed_methods, reason = "EXPOSE: looked at, in a test")]
fn exposed<T: ?Sized>(secret: &impl ExposeSecret<T>) -> &T {
    secret.expose_secret()
}
