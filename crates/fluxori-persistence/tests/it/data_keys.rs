//! Wrapped data keys.

use fluxori_domain::{
    DataKeyId, MasterKeyId, OrganizationId,
    ports::{DataKeyRepository as _, KeyMaintenance as _, KnownMasterKey, WrappedDataKey},
};
use futures_util::future::join_all;

use crate::support::{at, keys, on_both};

pub(crate) fn organization(name: &str) -> OrganizationId {
    OrganizationId::new(name).unwrap()
}

pub(crate) fn master(digit: char) -> MasterKeyId {
    MasterKeyId::new(&digit.to_string().repeat(16)).unwrap()
}

pub(crate) fn key(owner: &str, digit: char, by: char) -> WrappedDataKey {
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

    async fn master_keys_are_told_by_what_they_wrap_and_since_when(store: Store) {
        let database = keys(&store.database);
        assert!(database.master_keys().await.unwrap().is_empty());
        for (owner, by, made) in [("org-1", 'b', 5), ("org-2", 'a', 3), ("org-3", 'b', 2)] {
            let key = WrappedDataKey { created_at: at(made), ..key(owner, '1', by) };
            database.insert_first(key).await.unwrap();
        }
        store.database.withdraw(&master('c'), at(7)).await.unwrap();
        let known = |digit, data_keys, oldest: Option<i64>, withdrawn: Option<i64>| KnownMasterKey {
            id: master(digit),
            data_keys,
            oldest: oldest.map(at),
            withdrawn_at: withdrawn.map(at),
        };
        assert_eq!(database.master_keys().await.unwrap(), [
            known('a', 1, Some(3), None),
            known('b', 2, Some(2), None),
            known('c', 0, None, Some(7)),
        ]);
    }
}
