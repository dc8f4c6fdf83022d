//! Wrapped data keys.

use fluxori_domain::{
    DataKeyId, MasterKeyId, OrganizationId,
    ports::{DataKeyRepository as _, WrappedDataKey},
};
use futures_util::future::join_all;

use crate::support::{at, on_both};

fn organization(name: &str) -> OrganizationId {
    OrganizationId::new(name).unwrap()
}

fn master(digit: char) -> MasterKeyId {
    MasterKeyId::new(&digit.to_string().repeat(16)).unwrap()
}

fn key(owner: &str, digit: char, by: char) -> WrappedDataKey {
    WrappedDataKey {
        id: DataKeyId::new(&digit.to_string().repeat(32)).unwrap(),
        organization: organization(owner),
        master_key: master(by),
        wrapped: format!("wrapped {digit} by {by}"),
        created_at: at(0),
    }
}

on_both! {
    async fn the_first_key_of_an_organization_is_active_and_stays_it(store: Store) {
        let database = &store.database;
        let owner = organization("org-1");
        assert_eq!(database.active(&owner).await.unwrap(), None);
        let first = key("org-1", '1', 'a');
        assert_eq!(database.insert_first(first.clone()).await.unwrap(), first);
        assert_eq!(database.insert_first(key("org-1", '2', 'a')).await.unwrap(), first);
        assert_eq!(database.insert_first(first.clone()).await.unwrap(), first, "again is harmless");
        assert_eq!(database.active(&owner).await.unwrap(), Some(first.clone()));
        assert_eq!(database.find(&owner, &first.id).await.unwrap(), Some(first.clone()));
        assert_eq!(database.find(&organization("org-2"), &first.id).await.unwrap(), None);
        let unknown = key("org-1", '9', 'a').id;
        assert_eq!(database.find(&owner, &unknown).await.unwrap(), None);
    }

    async fn racing_first_keys_agree_on_one(store: Store) {
        for round in 0..5 {
            let racers = ('0'..='7').map(|digit| {
                let database = store.database.clone();
                let key = key(&format!("org-{round}"), digit, 'a');
                tokio::spawn(async move { database.insert_first(key).await.unwrap() })
            });
            let winners: Vec<_> = join_all(racers).await.into_iter().map(Result::unwrap).collect();
            assert!(winners.iter().all(|winner| *winner == winners[0]), "{winners:?}");
        }
        assert_eq!(store.count("data_keys"), 5);
    }

    async fn a_key_is_rewrapped_only_from_the_master_key_it_was_seen_under(store: Store) {
        let database = &store.database;
        database.insert_first(key("org-1", '1', 'a')).await.unwrap();
        let rewrapped = key("org-1", '1', 'b');
        assert!(!database.rewrap(rewrapped.clone(), &master('c')).await.unwrap());
        assert!(database.rewrap(rewrapped.clone(), &master('a')).await.unwrap());
        assert!(!database.rewrap(rewrapped.clone(), &master('a')).await.unwrap());
        assert!(!database.rewrap(key("org-2", '1', 'c'), &master('b')).await.unwrap());
        let active = database.active(&organization("org-1")).await.unwrap();
        assert_eq!(active, Some(rewrapped));
    }

    async fn keys_are_counted_by_the_master_key_that_wraps_them(store: Store) {
        let database = &store.database;
        assert!(database.count_by_master_key().await.unwrap().is_empty());
        for (owner, by) in [("org-1", 'b'), ("org-2", 'a'), ("org-3", 'b')] {
            database.insert_first(key(owner, '1', by)).await.unwrap();
        }
        let counts = database.count_by_master_key().await.unwrap();
        assert_eq!(counts, [(master('a'), 1), (master('b'), 2)]);
    }
}
