//! Doing a thing once although it was asked for twice.

use fluxori_domain::{
    Fingerprint, IdempotencyKey, Marketplace, PageRequest,
    ports::{
        AuditReader as _, Completion, ConnectionRepository as _, IdempotencyRepository as _,
        Reservation, StorageError,
    },
};
use futures_util::future::join_all;

use crate::support::{Store, alice, at, new, on_both, scope};

fn key(name: &str) -> IdempotencyKey {
    IdempotencyKey::new(name).unwrap()
}

const REQUEST: Fingerprint = Fingerprint([1; 32]);
const OTHER: Fingerprint = Fingerprint([2; 32]);

/// Reserves at a second, for a minute.
async fn reserve(store: &Store, name: &str, request: Fingerprint, seconds: i64) -> Reservation {
    let (alice, key) = (alice(), key(name));
    let until = at(seconds + 60);
    let reserve = store
        .database
        .reserve(&alice, &key, request, at(seconds), until);
    reserve.await.unwrap()
}

on_both! {
    async fn a_key_is_reserved_once(store: Store) {
        assert_eq!(reserve(&store, "a", REQUEST, 0).await, Reservation::Fresh);
        assert_eq!(reserve(&store, "a", REQUEST, 59).await, Reservation::InFlight);
        assert_eq!(reserve(&store, "a", OTHER, 59).await, Reservation::OtherRequest);
        assert_eq!(reserve(&store, "b", REQUEST, 0).await, Reservation::Fresh);
        let bob = scope("org-1", "bob");
        let theirs = store.database.reserve(&bob, &key("a"), OTHER, at(0), at(60)).await;
        assert_eq!(theirs.unwrap(), Reservation::Fresh, "keys belong to their tenant");
    }

    async fn of_many_racing_reservations_exactly_one_is_fresh(store: Store) {
        for round in 0..5 {
            let racers = (0..8).map(|_| {
                let database = store.database.clone();
                let key = key(&format!("race-{round}"));
                tokio::spawn(async move {
                    database.reserve(&alice(), &key, REQUEST, at(0), at(60)).await.unwrap()
                })
            });
            let results: Vec<_> = join_all(racers).await.into_iter().map(Result::unwrap).collect();
            let fresh = results.iter().filter(|result| **result == Reservation::Fresh).count();
            assert_eq!(fresh, 1);
            let waiting = results.iter().filter(|result| **result == Reservation::InFlight).count();
            assert_eq!(waiting, 7);
        }
    }

    async fn a_reservation_ends_when_its_time_has_come(store: Store) {
        reserve(&store, "a", REQUEST, 0).await;
        assert_eq!(reserve(&store, "a", OTHER, 60).await, Reservation::Fresh);
        assert_eq!(reserve(&store, "a", OTHER, 61).await, Reservation::InFlight);
    }

    async fn a_released_key_is_free_and_a_completed_one_is_not(store: Store) {
        let alice = alice();
        reserve(&store, "a", REQUEST, 0).await;
        store.database.release(&alice, &key("a")).await.unwrap();
        assert_eq!(reserve(&store, "a", OTHER, 1).await, Reservation::Fresh);

        let mut new = new(&alice, Marketplace::Takealot, Some("1"));
        new.completes = Some(Completion { key: key("a"), expires_at: at(3600) });
        let made = store.database.insert(new).await.unwrap();
        store.database.release(&alice, &key("a")).await.unwrap();
        assert_eq!(reserve(&store, "a", OTHER, 600).await, Reservation::Done(made.id));
        assert_eq!(reserve(&store, "a", REQUEST, 600).await, Reservation::OtherRequest);
        assert_eq!(reserve(&store, "a", REQUEST, 3600).await, Reservation::Fresh, "forgotten");
    }

    async fn without_its_reservation_a_connection_is_not_made(store: Store) {
        let alice = alice();
        reserve(&store, "a", REQUEST, 0).await;
        let mut first = new(&alice, Marketplace::Takealot, Some("1"));
        first.completes = Some(Completion { key: key("a"), expires_at: at(3600) });
        store.database.insert(first).await.unwrap();

        for (name, account) in [("a", "2"), ("never-reserved", "3")] {
            let mut second = new(&alice, Marketplace::Takealot, Some(account));
            second.completes = Some(Completion { key: key(name), expires_at: at(3600) });
            let id = second.connection.id;
            let result = store.database.insert(second).await;
            assert!(matches!(result, Err(StorageError::Conflict)), "{name}: {result:?}");
            assert_eq!(store.database.find(&alice, id).await.unwrap(), None);
            let events = store.database.events(&alice, id, PageRequest::default()).await.unwrap();
            assert!(events.items.is_empty());
        }
        assert_eq!(store.count("credentials"), 1);
    }

    async fn what_has_expired_is_purged_and_counted(store: Store) {
        reserve(&store, "a", REQUEST, 0).await;
        reserve(&store, "b", REQUEST, 1).await;
        reserve(&store, "c", REQUEST, 30).await;
        assert_eq!(store.database.purge(at(61)).await.unwrap(), 2);
        assert_eq!(store.database.purge(at(61)).await.unwrap(), 0);
        assert_eq!(reserve(&store, "c", REQUEST, 61).await, Reservation::InFlight);
    }
}
