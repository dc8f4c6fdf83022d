//! The life of a connection: whatever order tests, replacements and late answers come in.

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AccountDetails, AccountId, AuthType, Check, Clocks, Connection, ConnectionId, ConnectionStatus,
    CredentialId, Generation, Label, Marketplace, OrganizationId, OutcomeClass, TakealotDetails,
    TakealotSurface, TenantScope, TransitionError, UserId,
};
use proptest::{collection::vec, prelude::*, sample::select};

/// What happens to a connection.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// A test ends that began so many seconds ago, of the secret of so many generations ago.
    Tested {
        outcome: OutcomeClass,
        behind: i64,
        seconds: i64,
    },
    /// The seller connects again, or a new secret takes the place of the old one.
    Replaced { outcome: OutcomeClass },
    /// The marketplace names an account.
    Named { account: u8 },
}

fn event() -> impl Strategy<Value = Event> {
    let outcome = || select(OutcomeClass::ALL.to_vec());
    prop_oneof![
        6 => (outcome(), prop_oneof![4 => Just(0), 1 => 1_i64..3], 0_i64..20)
            .prop_map(|(outcome, behind, seconds)| Event::Tested { outcome, behind, seconds }),
        1 => outcome().prop_map(|outcome| Event::Replaced { outcome }),
        1 => (0_u8..3).prop_map(|account| Event::Named { account }),
    ]
}

/// A connection, the generation of its secret, and what may be believed of it.
struct Life {
    connection: Connection,
    generation: Generation,
    now: DateTime<Utc>,
    /// The latest outcome that says something about the present secret.
    verdict: Option<OutcomeClass>,
}

/// Whether an outcome says anything about the credential. What the page and the refresh worker do rests on this list.
const fn is_verdict(outcome: OutcomeClass) -> bool {
    !matches!(
        outcome,
        OutcomeClass::AppConfig
            | OutcomeClass::Throttled
            | OutcomeClass::Transient
            | OutcomeClass::EdgeBlocked
    )
}

impl Life {
    fn begin() -> Self {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let scope = TenantScope::new(
            OrganizationId::new("org-1").unwrap(),
            UserId::new("ada").unwrap(),
        );
        let connection = Connection {
            id: ConnectionId::make(now),
            scope,
            marketplace: Marketplace::Takealot,
            auth_type: AuthType::ApiKey,
            label: Label::new("Engines").unwrap(),
            account_id: None,
            account_name: None,
            details: details(),
            status: ConnectionStatus::Pending,
            last_check: None,
            last_sync: None,
            is_default: true,
            credential_id: CredentialId::make(now),
            clocks: Clocks::default(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        Self {
            connection,
            generation: Generation::FIRST,
            now,
            verdict: None,
        }
    }

    fn meet(&mut self, event: Event) {
        self.now += TimeDelta::seconds(1);
        let before = self.connection.clone();
        match event {
            Event::Tested {
                outcome,
                behind,
                seconds,
            } => {
                let at = self.now - TimeDelta::seconds(seconds);
                let tested = Generation::from_stored(self.generation.as_i64() - behind);
                let Some(tested) = tested else { return };
                let check = Check { at, outcome };
                match self.connection.record_check(check, tested, self.generation) {
                    Ok(()) => self.recorded(&before, check),
                    Err(error) => {
                        let stale = if behind > 0 {
                            TransitionError::StaleGeneration
                        } else {
                            TransitionError::StaleCheck
                        };
                        assert_eq!(error, stale);
                        assert_eq!(self.connection, before, "refused, and changed");
                    }
                }
            }
            Event::Replaced { outcome } => {
                let old = self.generation;
                self.generation = old.next();
                assert!(old < self.generation, "generations only grow");
                let at = self.now;
                self.connection.start_over(Check { at, outcome });
                self.verdict = is_verdict(outcome).then_some(outcome);
                if outcome == OutcomeClass::Ok {
                    assert_eq!(self.connection.status, ConnectionStatus::Connected);
                }
            }
            Event::Named { account } => self.named(account, &before),
        }
        self.check();
    }

    fn recorded(&mut self, before: &Connection, check: Check) {
        assert_eq!(self.connection.last_check, Some(check));
        assert!(before.last_check.is_none_or(|last| last.at <= check.at));
        if is_verdict(check.outcome) {
            self.verdict = Some(check.outcome);
        } else {
            assert_eq!(
                self.connection.status, before.status,
                "trouble changed a status"
            );
        }
    }

    fn named(&mut self, account: u8, before: &Connection) {
        let id = AccountId::new(format!("seller-{account}")).unwrap();
        let named = self.connection.confirm_account(id.clone(), None, details());
        match &before.account_id {
            Some(pinned) if *pinned != id => {
                assert_eq!(named, Err(TransitionError::OtherAccount));
                assert_eq!(self.connection, *before, "refused, and changed");
            }
            _ => {
                assert_eq!(named, Ok(()));
                assert_eq!(self.connection.account_id, Some(id));
            }
        }
    }

    /// What holds at any time: the status is what the latest verdict on the present secret says, and nothing else.
    fn check(&self) {
        let status = self.connection.status;
        let expected = match self.verdict {
            None => ConnectionStatus::Pending,
            Some(OutcomeClass::Ok) => ConnectionStatus::Connected,
            Some(class @ OutcomeClass::ReauthRequired) => ConnectionStatus::Expired(class),
            Some(class @ OutcomeClass::TenantDisconnected) => ConnectionStatus::Disconnected(class),
            Some(class) => ConnectionStatus::Error(class),
        };
        assert_eq!(status, expected);
        assert_eq!(
            status.needs_seller(),
            matches!(
                self.verdict,
                Some(OutcomeClass::ReauthRequired | OutcomeClass::TenantDisconnected)
            )
        );
        let stored = ConnectionStatus::from_parts(status.name(), status.reason());
        assert_eq!(stored, Ok(status), "what is stored comes back");
    }
}

fn details() -> AccountDetails {
    AccountDetails::Takealot(TakealotDetails {
        api_surface: TakealotSurface::Marketplace,
        seller_id: None,
        countries: Vec::new(),
    })
}

proptest! {
    #[test]
    fn only_a_verdict_on_the_present_secret_changes_what_a_seller_sees(events in vec(event(), 0..60)) {
        let mut life = Life::begin();
        life.check();
        for event in events {
            life.meet(event);
        }
    }

    #[test]
    fn connecting_again_leads_out_of_every_state(events in vec(event(), 0..30)) {
        let mut life = Life::begin();
        for event in events {
            life.meet(event);
        }
        life.meet(Event::Replaced { outcome: OutcomeClass::Ok });
        prop_assert_eq!(life.connection.status, ConnectionStatus::Connected);
    }
}

#[test]
fn the_list_of_verdicts_is_that_of_what_may_succeed_later_and_our_own_incidents() {
    for class in OutcomeClass::ALL {
        let ours = *class == OutcomeClass::AppConfig;
        assert_eq!(
            is_verdict(*class),
            !class.is_transient() && !ours,
            "{class}"
        );
    }
}
