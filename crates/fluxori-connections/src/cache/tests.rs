use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use fluxori_domain::{
    AccountDetails, ApiKey, Caller, ConnectionId, CredentialDocument, CredentialId, Generation,
    Marketplace, OrganizationId, Purpose, SecretText, ServiceName, TakealotDetails,
    TakealotSurface, UserId, ports::Selector,
};

use super::*;
use crate::OpenedCredential;

/// A feed that a test plays.
#[derive(Default)]
struct Feed {
    is_down: AtomicBool,
    changes: AtomicU32,
}

impl ChangeFeed for Feed {
    fn mark(&self, _: &TenantScope) -> Option<ChangeMark> {
        let change = self.changes.load(Ordering::Acquire);
        let mark = ChangeMark {
            group: 0,
            session: 0,
            change,
        };
        (!self.is_down.load(Ordering::Acquire)).then_some(mark)
    }

    fn is_current(&self, mark: &ChangeMark) -> bool {
        self.mark(&scope("any")).is_some_and(|now| now == *mark)
    }

    fn changed(&self, _: &TenantScope) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }
}

/// Stands still.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        now()
    }
}

fn scope(user: &str) -> TenantScope {
    let organization = OrganizationId::new("engines").unwrap();
    TenantScope::new(organization, UserId::new(user).unwrap())
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn request() -> ReadRequest {
    ReadRequest {
        marketplace: Marketplace::Takealot,
        selector: Selector::Default,
        purpose: None,
        minimum_validity: Duration::ZERO,
    }
}

fn entry(mark: ChangeMark) -> Entry {
    entry_until(mark, None)
}

fn entry_until(mark: ChangeMark, valid_until: Option<DateTime<Utc>>) -> Entry {
    let opened = OpenedCredential {
        connection: ConnectionId::make(now()),
        marketplace: Marketplace::Takealot,
        account_id: None,
        details: AccountDetails::Takealot(TakealotDetails {
            api_surface: TakealotSurface::Seller,
            seller_id: None,
            countries: Vec::new(),
        }),
        credential: CredentialId::make(now()),
        generation: Generation::FIRST,
        document: CredentialDocument::ApiKey {
            api_key: ApiKey::new(SecretText::copy_of("canary-7f3a")),
            webhook_secret: None,
        },
        valid_until,
        is_checked: AtomicBool::new(false),
    };
    Entry::new(Arc::new(opened), now(), mark)
}

fn filled(feed: &Arc<Feed>) -> Arc<CredentialCache> {
    let cache = CredentialCache::start(feed.clone(), Arc::new(Noon));
    let mark = cache.mark(&scope("ada")).unwrap();
    cache.keep(&scope("ada"), &request(), entry(mark));
    cache
}

fn is_found(cache: &CredentialCache) -> bool {
    cache.find(&scope("ada"), &request(), now()).is_some()
}

#[tokio::test]
async fn an_entry_answers_its_own_question_only() {
    let cache = filled(&Arc::default());
    assert!(is_found(&cache));
    let found = |scope, request| cache.find(&scope, &request, now()).is_some();
    assert!(!found(scope("eve"), request()));
    let elsewhere = ReadRequest {
        marketplace: Marketplace::Shopify,
        ..request()
    };
    assert!(!found(scope("ada"), elsewhere));
    let named = ReadRequest {
        selector: Selector::Connection(ConnectionId::make(now())),
        ..request()
    };
    assert!(!found(scope("ada"), named));
}

#[tokio::test]
async fn a_change_ends_what_was_read_before_it_even_if_it_is_kept_after_it() {
    let feed = Arc::new(Feed::default());
    let cache = filled(&feed);
    let before = cache.mark(&scope("ada")).unwrap();
    cache.changed(&scope("ada"));
    assert!(!is_found(&cache));
    cache.keep(&scope("ada"), &request(), entry(before));
    assert!(!is_found(&cache), "the row may have been read too early");
}

#[tokio::test]
async fn nothing_is_served_while_changes_go_unheard_and_secrets_do_not_stay() {
    let feed = Arc::new(Feed::default());
    let cache = filled(&feed);
    feed.is_down.store(true, Ordering::Release);
    assert!(!is_found(&cache));
    assert_eq!(cache.mark(&scope("ada")), None);
    assert_eq!(cache.len(), 1);
    cache.sweep();
    assert_eq!(cache.len(), 0);
}

#[tokio::test]
async fn an_entry_is_looked_up_anew_after_a_minute_and_when_the_clock_went_back() {
    let cache = filled(&Arc::default());
    let found = |at| cache.find(&scope("ada"), &request(), at).is_some();
    assert!(found(now() + LONGEST));
    assert!(!found(now() + LONGEST + TimeDelta::seconds(1)));
    assert!(!found(now() - TimeDelta::seconds(1)));
}

#[test]
fn a_token_is_good_for_who_asks_for_no_more_than_is_left() {
    let mark = Feed::default().mark(&scope("ada")).unwrap();
    let entry = entry_until(mark, Some(now() + TimeDelta::minutes(5)));
    assert!(entry.lasts(now(), TimeDelta::minutes(5)));
    assert!(!entry.lasts(now(), TimeDelta::minutes(6)));
    assert!(!entry.lasts(now() + TimeDelta::minutes(5), TimeDelta::zero()));
}

#[tokio::test]
async fn each_kind_of_reader_is_counted_apart_up_to_a_bound() {
    let entry = entry(Feed::default().mark(&scope("ada")).unwrap());
    let caller = Caller {
        scope: scope("ada"),
        actor: None,
        service: ServiceName::new("stock-sync").unwrap(),
        request_id: None,
    };
    let tally = |purpose: &str| entry.tally(&caller, Some(&Purpose::new(purpose).unwrap()));
    let first = tally("0").unwrap();
    assert!(Arc::ptr_eq(&first, &tally("0").unwrap()));
    assert!(!Arc::ptr_eq(&first, &tally("1").unwrap()));
    let kinds = (0..100).filter(|number| tally(&number.to_string()).is_some());
    assert_eq!(kinds.count(), 16);
    let in_a_request = Caller {
        request_id: Some("r-1".parse().unwrap()),
        ..caller.clone()
    };
    assert!(entry.tally(&in_a_request, None).is_none());
    let for_another = Caller {
        actor: Some(UserId::new("grace").unwrap()),
        ..caller.clone()
    };
    assert!(entry.tally(&for_another, None).is_none());
}
