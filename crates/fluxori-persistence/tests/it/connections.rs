//! Inserting, finding, changing, listing.

use fluxori_domain::{
    AuditKind, AuthType, Check, ConnectionFilter, ConnectionStatus, Generation, Label, LastSync,
    Marketplace, OutcomeClass, PageRequest, SyncOutcome,
    ports::{AuditReader as _, Candidates, ConnectionRepository as _, Selector, StorageError},
};
use futures_util::future::join_all;

use crate::support::{account, alice, at, event, new, new_secret, on_both, scope};

on_both! {
    async fn what_was_stored_comes_back_as_it_was(store: Store) {
        let alice = alice();
        let mut new = new(&alice, Marketplace::Amazon, Some("eu:A1"));
        new.connection.auth_type = AuthType::SelfAuthorised;
        new.connection.status = ConnectionStatus::Error(OutcomeClass::ScopeMissing);
        new.connection.last_check = Some(Check { at: at(5), outcome: OutcomeClass::Throttled });
        new.connection.last_sync = Some(LastSync { at: at(6), outcome: SyncOutcome::Failed });
        let mut expected = new.connection.clone();
        expected.is_default = true; // the first of its marketplace
        let credential = new.credential.clone();

        let stored = store.database.insert(new).await.unwrap();
        assert_eq!(stored, expected);
        let id = stored.id;
        assert_eq!(store.database.find(&alice, id).await.unwrap(), Some(expected.clone()));
        assert_eq!(
            store.database.find_with_credential(&alice, id).await.unwrap(),
            Some((expected, credential))
        );
        let pinned = account("eu:A1");
        let found = store.database.find_account(&alice, Marketplace::Amazon, &pinned);
        assert_eq!(found.await.unwrap(), Some(id));
    }

    async fn another_tenant_sees_and_changes_nothing(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        for stranger in [scope("org-1", "bob"), scope("org-2", "alice")] {
            let database = &store.database;
            let id = stored.id;
            assert_eq!(database.find(&stranger, id).await.unwrap(), None);
            assert_eq!(database.find_with_credential(&stranger, id).await.unwrap(), None);
            let pinned = account("1");
            let found = database.find_account(&stranger, Marketplace::Takealot, &pinned);
            assert_eq!(found.await.unwrap(), None);
            let page = database.list(&stranger, ConnectionFilter::default(), PageRequest::default());
            assert!(page.await.unwrap().items.is_empty());
            for selector in [Selector::Default, Selector::Account(account("1")), Selector::Connection(id)] {
                let read = database.read_credential(&stranger, Marketplace::Takealot, &selector);
                assert_eq!(read.await.unwrap(), Candidates::None);
            }
            let events = database.events(&stranger, id, PageRequest::default()).await.unwrap();
            assert!(events.items.is_empty());

            let mut theirs = stored.clone();
            theirs.scope = stranger.clone();
            let changed = database.update(theirs.clone(), None, event(&theirs, AuditKind::Changed));
            assert!(matches!(changed.await, Err(StorageError::Conflict)));
            let buried = database.bury(&stranger, id, None, false, event(&theirs, AuditKind::Deleted));
            assert!(matches!(buried.await, Err(StorageError::Conflict)));
            let sync = LastSync { at: at(1), outcome: SyncOutcome::Succeeded };
            let synced = database.record_sync(&stranger, id, sync, event(&theirs, AuditKind::Synced));
            assert!(!synced.await.unwrap());
        }
        assert_eq!(store.database.find(&alice, stored.id).await.unwrap(), Some(stored));
    }

    async fn the_same_account_of_another_tenant_is_no_duplicate(store: Store) {
        store.insert(&scope("org-1", "alice"), "1").await;
        store.insert(&scope("org-1", "bob"), "1").await;
        store.insert(&scope("org-2", "alice"), "1").await;
    }

    async fn an_account_connected_already_is_a_duplicate_that_names_the_connection(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        let second = new(&alice, Marketplace::Takealot, Some("1"));
        let id = second.connection.id;
        match store.database.insert(second).await {
            Err(StorageError::Duplicate { existing }) => assert_eq!(existing, first.id),
            other => panic!("{other:?}"),
        }
        // Nothing of it was stored: not the event either.
        let events = store.database.events(&alice, id, PageRequest::default()).await.unwrap();
        assert!(events.items.is_empty());
        // A connection whose account is not known yet is in nobody's way.
        for _ in 0..2 {
            store.database.insert(new(&alice, Marketplace::Takealot, None)).await.unwrap();
        }
    }

    async fn of_two_racing_inserts_of_one_account_one_wins_and_the_other_learns_which(store: Store) {
        let alice = alice();
        for round in 0..10 {
            let account = format!("seller-{round}");
            let inserts = (0..4).map(|_| {
                let database = store.database.clone();
                let new = new(&alice, Marketplace::Takealot, Some(&account));
                tokio::spawn(async move { database.insert(new).await })
            });
            let results: Vec<_> =
                join_all(inserts).await.into_iter().map(Result::unwrap).collect();
            let winners: Vec<_> = results.iter().flatten().map(|winner| winner.id).collect();
            assert_eq!(winners.len(), 1, "{results:?}");
            for result in &results {
                if let Err(error) = result {
                    assert!(
                        matches!(error, StorageError::Duplicate { existing } if *existing == winners[0]),
                        "{error:?}"
                    );
                }
            }
        }
    }

    async fn a_change_needs_the_version_it_saw_and_counts_it_up(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let mut renamed = stored.clone();
        renamed.label = Label::new("New name").unwrap();
        renamed.status = ConnectionStatus::Connected;
        renamed.last_check = Some(Check { at: at(9), outcome: OutcomeClass::Ok });
        renamed.updated_at = at(10);
        let database = &store.database;
        let changed = database
            .update(renamed.clone(), None, event(&stored, AuditKind::Changed))
            .await
            .unwrap();
        renamed.version = 2;
        assert_eq!(changed, renamed);
        assert_eq!(database.find(&alice, stored.id).await.unwrap(), Some(renamed));

        let again = database.update(stored.clone(), None, event(&stored, AuditKind::Changed));
        assert!(matches!(again.await, Err(StorageError::Conflict)));
        let events = database.events(&alice, stored.id, PageRequest::default()).await.unwrap();
        assert_eq!(events.items.len(), 2, "the refused change left no event");
    }

    async fn of_two_racing_changes_one_is_refused(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        let changes = (0..8).map(|number| {
            let database = store.database.clone();
            let mut changed = stored.clone();
            changed.label = Label::new(format!("name {number}")).unwrap();
            let event = event(&stored, AuditKind::Changed);
            tokio::spawn(async move { database.update(changed, None, event).await })
        });
        let results: Vec<_> = join_all(changes).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for error in results.into_iter().filter_map(Result::err) {
            assert!(matches!(error, StorageError::Conflict), "{error:?}");
        }
    }

    async fn a_new_secret_needs_the_generation_it_replaces(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let database = &store.database;
        let change = new_secret(Generation::FIRST, "fx1.second");
        let stored = database
            .update(stored.clone(), Some(change), event(&stored, AuditKind::CredentialReplaced))
            .await
            .unwrap();
        let (_, credential) =
            database.find_with_credential(&alice, stored.id).await.unwrap().unwrap();
        assert_eq!(credential.generation, Generation::FIRST.next());
        assert_eq!(credential.secret.value, "fx1.second");
        assert_eq!(credential.clocks.access_expires_at, None);

        // The right version, but a secret made for the generation before: nothing changes, not even the label.
        let mut stale = stored.clone();
        stale.label = Label::new("must not be stored").unwrap();
        let change = new_secret(Generation::FIRST, "fx1.third");
        let refused = database.update(stale, Some(change), event(&stored, AuditKind::CredentialReplaced));
        assert!(matches!(refused.await, Err(StorageError::Conflict)));
        let found = database.find_with_credential(&alice, stored.id).await.unwrap();
        assert_eq!(found, Some((stored, credential)));
    }

    async fn pinning_an_account_that_is_connected_already_is_a_duplicate(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        let second = store.database.insert(new(&alice, Marketplace::Takealot, None)).await.unwrap();
        let mut pinned = second.clone();
        pinned.account_id = Some(account("1"));
        let result = store.database.update(pinned, None, event(&second, AuditKind::Tested)).await;
        assert!(
            matches!(result, Err(StorageError::Duplicate { existing }) if existing == first.id),
            "{result:?}"
        );
        assert_eq!(store.database.find(&alice, second.id).await.unwrap(), Some(second));
    }

    async fn an_event_that_cannot_be_stored_takes_the_connection_with_it(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        let taken = store.database.events(&alice, first.id, PageRequest::default()).await.unwrap();
        let mut second = new(&alice, Marketplace::Takealot, Some("2"));
        second.event.id = taken.items[0].id;
        second.event.connection = first.id;
        let (id, credential) = (second.connection.id, second.credential.clone());
        let result = store.database.insert(second).await;
        assert!(matches!(result, Err(StorageError::Refused(_))), "{result:?}");
        assert_eq!(store.database.find(&alice, id).await.unwrap(), None);

        // The credential is gone as well: another one of the same name can be stored, of another generation.
        let mut third = new(&alice, Marketplace::Takealot, Some("3"));
        third.credential = credential;
        third.credential.generation = Generation::FIRST.next();
        third.connection.credential_id = third.credential.id;
        store.database.insert(third).await.unwrap();
    }

    async fn a_synchronisation_is_recorded_without_a_new_version(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let database = &store.database;
        let report = |seconds, outcome| {
            let sync = LastSync { at: at(seconds), outcome };
            database.record_sync(&alice, stored.id, sync, event(&stored, AuditKind::Synced))
        };
        assert!(report(100, SyncOutcome::Failed).await.unwrap());
        assert!(report(50, SyncOutcome::Succeeded).await.unwrap(), "an older report is heard");
        let found = database.find(&alice, stored.id).await.unwrap().unwrap();
        assert_eq!(
            found.last_sync,
            Some(LastSync { at: at(100), outcome: SyncOutcome::Failed }),
            "but does not overwrite the newer one"
        );
        assert_eq!((found.version, found.updated_at), (stored.version, stored.updated_at));

        // A seller's edit that has not seen the report does not wipe it out.
        let changed = database
            .update(stored.clone(), None, event(&stored, AuditKind::Changed))
            .await
            .unwrap();
        assert_eq!(changed.last_sync, found.last_sync);
    }

    async fn pages_follow_each_other_while_rows_are_inserted(store: Store) {
        let alice = alice();
        let mut expected = Vec::new();
        for number in 0..7 {
            expected.push(store.insert(&alice, &number.to_string()).await.id);
        }
        expected.reverse();
        let mut page = PageRequest { after: None, limit: 3 };
        let mut seen = Vec::new();
        loop {
            let answer = store
                .database
                .list(&alice, ConnectionFilter::default(), page)
                .await
                .unwrap();
            assert!(answer.items.len() <= 3);
            seen.extend(answer.items.iter().map(|connection| connection.id));
            store.insert(&alice, &format!("new-{}", seen.len())).await;
            match answer.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, expected, "each once, newest first, none of the later ones");
    }

    async fn a_page_that_ends_exactly_at_the_end_is_the_last(store: Store) {
        let alice = alice();
        for number in 0..3 {
            store.insert(&alice, &number.to_string()).await;
        }
        let page = PageRequest { after: None, limit: 3 };
        let answer = store.database.list(&alice, ConnectionFilter::default(), page).await.unwrap();
        assert_eq!((answer.items.len(), answer.next), (3, None));
        // Limits out of bounds are taken as the nearest one.
        let page = PageRequest { after: None, limit: 0 };
        let answer = store.database.list(&alice, ConnectionFilter::default(), page).await.unwrap();
        assert_eq!(answer.items.len(), 1);
    }

    async fn a_list_can_be_narrowed_to_a_marketplace_and_a_status(store: Store) {
        let alice = alice();
        let takealot = store.insert(&alice, "1").await;
        let mut amazon = new(&alice, Marketplace::Amazon, Some("eu:A1"));
        amazon.connection.status = ConnectionStatus::Connected;
        let amazon = store.database.insert(amazon).await.unwrap();
        let list = async |marketplace, status| -> Vec<_> {
            let filter = ConnectionFilter { marketplace, status, expiring_by: None };
            let page = store.database.list(&alice, filter, PageRequest::default()).await.unwrap();
            page.items.iter().map(|connection| connection.id).collect()
        };
        assert_eq!(list(None, None).await, [amazon.id, takealot.id]);
        assert_eq!(list(Some(Marketplace::Takealot), None).await, [takealot.id]);
        assert_eq!(list(None, Some("connected")).await, [amazon.id]);
        assert!(list(Some(Marketplace::Takealot), Some("connected")).await.is_empty());
    }
}
