//! Burying and removing.

use fluxori_domain::{
    AuditEvent, AuditKind, Connection, ConnectionFilter, Generation, Label, LastSync, Marketplace,
    PageRequest, SyncOutcome,
    ports::{
        AuditReader as _, Candidates, ConnectionRepository as _, Selector, StorageError, Tombstone,
    },
};

use crate::support::{Store, account, alice, at, event, new, new_secret, on_both};

async fn bury(store: &Store, connection: &Connection) -> Tombstone {
    let event = event(connection, AuditKind::Deleted);
    let bury = store
        .database
        .bury(&connection.scope, connection.id, None, true, event);
    bury.await.unwrap()
}

fn destroyed(connection: &Connection) -> AuditEvent {
    event(connection, AuditKind::SecretDestroyed)
}

/// Two connections that share one credential, as those of one consent do.
async fn twins(store: &Store) -> (Connection, Connection) {
    let first = new(&alice(), Marketplace::Xero, Some("tenant-1"));
    let credential = first.credential.clone();
    let mut second = new(&alice(), Marketplace::Xero, Some("tenant-2"));
    second.connection.credential_id = credential.id;
    second.credential = credential;
    let first = store.database.insert(first).await.unwrap();
    (first, store.database.insert(second).await.unwrap())
}

on_both! {
    async fn a_buried_connection_is_invisible_everywhere(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let tombstone = bury(&store, &stored).await;
        assert_eq!(tombstone.connection, stored.id);
        assert_eq!(tombstone.scope, alice);
        assert!(tombstone.revoke && tombstone.is_last);
        assert_eq!(tombstone.details, stored.details);
        assert_eq!(tombstone.credential.id, stored.credential_id);

        let database = &store.database;
        assert_eq!(database.find(&alice, stored.id).await.unwrap(), None);
        assert_eq!(database.find_with_credential(&alice, stored.id).await.unwrap(), None);
        let pinned = account("1");
        let found = database.find_account(&alice, Marketplace::Takealot, &pinned);
        assert_eq!(found.await.unwrap(), None);
        let page = database.list(&alice, ConnectionFilter::default(), PageRequest::default());
        assert!(page.await.unwrap().items.is_empty());
        for selector in
            [Selector::Default, Selector::Account(account("1")), Selector::Connection(stored.id)]
        {
            let read = database.read_credential(&alice, Marketplace::Takealot, &selector);
            assert_eq!(read.await.unwrap(), Candidates::None);
        }
        let mut renamed = stored.clone();
        renamed.label = Label::new("no").unwrap();
        renamed.version += 1;
        let secret = Some(new_secret(Generation::FIRST, "fx1.no"));
        let update = database.update(renamed, secret, event(&stored, AuditKind::Changed));
        assert!(matches!(update.await, Err(StorageError::Conflict)));
        let sync = LastSync { at: at(1), outcome: SyncOutcome::Succeeded };
        let synced = database.record_sync(&alice, stored.id, sync, event(&stored, AuditKind::Synced));
        assert!(!synced.await.unwrap());
        let again = database.bury(&alice, stored.id, None, false, event(&stored, AuditKind::Deleted));
        assert!(matches!(again.await, Err(StorageError::Conflict)));

        // The account is free again, and the trail is still there.
        let second = store.insert(&alice, "1").await;
        assert_ne!(second.id, stored.id);
        let events = database.events(&alice, stored.id, PageRequest::default()).await.unwrap();
        assert_eq!(events.items[0].kind, AuditKind::Deleted);
    }

    async fn burying_needs_the_version_that_was_seen_if_one_is_named(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        let bury = |version| {
            let event = event(&stored, AuditKind::Deleted);
            store.database.bury(&stored.scope, stored.id, Some(version), false, event)
        };
        assert!(matches!(bury(stored.version + 1).await, Err(StorageError::Conflict)));
        bury(stored.version).await.unwrap();
    }

    async fn a_removed_connection_takes_its_credential_along_and_leaves_its_trail(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        // What is alive cannot be removed, whatever somebody claims.
        let claim = Tombstone {
            connection: stored.id,
            marketplace: stored.marketplace,
            details: stored.details.clone(),
            credential: new(&alice, stored.marketplace, None).credential,
            is_last: false,
            revoke: false,
            scope: alice.clone(),
            deleted_at: at(0),
        };
        store.database.remove(&claim, destroyed(&stored)).await.unwrap();
        assert!(store.database.find(&alice, stored.id).await.unwrap().is_some());

        let tombstone = bury(&store, &stored).await;
        store.database.remove(&tombstone, destroyed(&stored)).await.unwrap();
        assert!(store.database.tombstones(10).await.unwrap().is_empty());
        assert_eq!(store.count("connections"), 0);
        assert_eq!(store.count("credentials"), 0);

        // Again is nothing, and leaves no second event.
        store.database.remove(&tombstone, destroyed(&stored)).await.unwrap();
        let events = store.database.events(&alice, stored.id, PageRequest::default()).await.unwrap();
        let kinds: Vec<_> = events.items.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [AuditKind::SecretDestroyed, AuditKind::Deleted, AuditKind::Created]);
    }

    async fn a_shared_credential_goes_with_its_last_connection(store: Store) {
        let (first, second) = twins(&store).await;
        let tombstone = bury(&store, &first).await;
        assert!(!tombstone.is_last, "the other one lives and needs it");
        store.database.remove(&tombstone, destroyed(&first)).await.unwrap();
        assert_eq!(store.count("credentials"), 1);

        let tombstone = bury(&store, &second).await;
        assert_eq!(tombstone.credential.id, second.credential_id);
        store.database.remove(&tombstone, destroyed(&second)).await.unwrap();
        assert_eq!(store.count("credentials"), 0);
    }

    async fn of_two_buried_twins_both_name_the_secret_to_destroy(store: Store) {
        let (first, second) = twins(&store).await;
        bury(&store, &first).await;
        bury(&store, &second).await;
        let tombstones = store.database.tombstones(10).await.unwrap();
        let buried: Vec<_> = tombstones.iter().map(|tombstone| tombstone.connection).collect();
        assert_eq!(buried, [first.id, second.id], "oldest first");
        assert!(tombstones.iter().all(|tombstone| tombstone.is_last));
        store.database.remove(&tombstones[0], destroyed(&first)).await.unwrap();
        assert_eq!(store.count("credentials"), 1, "the row names the secret until the last is gone");
        store.database.remove(&tombstones[1], destroyed(&second)).await.unwrap();
        assert_eq!(store.count("credentials"), 0);
    }

    async fn a_credential_of_another_generation_is_not_shared(store: Store) {
        let (first, _) = twins(&store).await;
        let mut third = new(&alice(), Marketplace::Xero, Some("tenant-3"));
        third.connection.credential_id = first.credential_id;
        third.credential.id = first.credential_id;
        third.credential.generation = Generation::FIRST.next();
        let result = store.database.insert(third).await;
        assert!(matches!(result, Err(StorageError::Conflict)), "{result:?}");
    }

    async fn tombstones_of_all_tenants_come_oldest_first_and_no_more_than_asked(store: Store) {
        let mut expected = Vec::new();
        for (organization, user) in [("org-2", "bob"), ("org-1", "alice"), ("org-3", "carol")] {
            let scope = crate::support::scope(organization, user);
            let stored = store.insert(&scope, "1").await;
            bury(&store, &stored).await;
            expected.push(stored.id);
        }
        let tombstones = store.database.tombstones(2).await.unwrap();
        let found: Vec<_> = tombstones.iter().map(|tombstone| tombstone.connection).collect();
        assert_eq!(found, expected[..2]);
    }
}
