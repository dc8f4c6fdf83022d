//! Which connection an adapter gets.

use fluxori_domain::{
    AuditKind, Connection, Marketplace, TenantScope,
    ports::{Candidates, ConnectionRepository as _, CredentialRead, Selector},
};
use futures_util::future::join_all;

use crate::support::{Store, account, alice, event, new, on_both, scope};

async fn read(store: &Store, scope: &TenantScope, selector: Selector) -> Candidates {
    let read = store
        .database
        .read_credential(scope, Marketplace::Takealot, &selector);
    read.await.unwrap()
}

async fn default(store: &Store, scope: &TenantScope) -> Box<CredentialRead> {
    match read(store, scope, Selector::Default).await {
        Candidates::One(one) => one,
        other => panic!("{other:?}"),
    }
}

async fn is_default(store: &Store, connection: &Connection) -> bool {
    let found = store.database.find(&connection.scope, connection.id).await;
    found.unwrap().unwrap().is_default
}

async fn set_default(store: &Store, connection: &Connection, is_default: bool) -> Connection {
    let mut changed = store
        .database
        .find(&connection.scope, connection.id)
        .await
        .unwrap()
        .unwrap();
    changed.is_default = is_default;
    let event = event(connection, AuditKind::Changed);
    store.database.update(changed, None, event).await.unwrap()
}

on_both! {
    async fn the_first_connection_of_a_marketplace_is_its_default(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        let second = store.insert(&alice, "2").await;
        let elsewhere = store.database.insert(new(&alice, Marketplace::Amazon, Some("eu:A1"))).await;
        assert!(first.is_default);
        assert!(!second.is_default);
        assert!(elsewhere.unwrap().is_default);
        assert_eq!(default(&store, &alice).await.connection, first.id);
    }

    async fn a_new_connection_that_asks_for_it_takes_the_default(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        let mut new = new(&alice, Marketplace::Takealot, Some("2"));
        new.connection.is_default = true;
        let second = store.database.insert(new).await.unwrap();
        assert!(second.is_default);
        let before = store.database.find(&alice, first.id).await.unwrap().unwrap();
        assert!(!before.is_default);
        assert_eq!(before.version, first.version + 1, "who has seen it as the default must look again");
        assert_eq!(default(&store, &alice).await.connection, second.id);
    }

    async fn making_another_the_default_moves_it(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        let second = store.insert(&alice, "2").await;
        set_default(&store, &second, true).await;
        assert!(!is_default(&store, &first).await);
        assert!(is_default(&store, &second).await);
    }

    async fn racing_changes_of_the_default_leave_exactly_one(store: Store) {
        let alice = alice();
        let mut all = Vec::new();
        for number in 0..4 {
            all.push(store.insert(&alice, &number.to_string()).await);
        }
        for _ in 0..5 {
            let changes = all.iter().map(|connection| {
                let database = store.database.clone();
                let (scope, id) = (alice.clone(), connection.id);
                tokio::spawn(async move {
                    let mut seen = database.find(&scope, id).await.unwrap().unwrap();
                    seen.is_default = true;
                    let event = event(&seen, AuditKind::Changed);
                    database.update(seen, None, event).await
                })
            });
            let results = join_all(changes).await;
            assert!(results.iter().any(|result| result.as_ref().unwrap().is_ok()));
            let mut defaults = 0;
            for connection in &all {
                defaults += usize::from(is_default(&store, connection).await);
            }
            assert_eq!(defaults, 1);
        }
    }

    async fn racing_first_connections_have_one_default(store: Store) {
        let alice = alice();
        let inserts = (0..6).map(|number| {
            let database = store.database.clone();
            let new = new(&alice, Marketplace::Takealot, Some(&number.to_string()));
            tokio::spawn(async move { database.insert(new).await })
        });
        let stored: Vec<_> =
            join_all(inserts).await.into_iter().map(|result| result.unwrap().unwrap()).collect();
        assert_eq!(stored.iter().filter(|connection| connection.is_default).count(), 1);
    }

    async fn without_a_default_several_are_ambiguous_and_one_is_not(store: Store) {
        let alice = alice();
        assert_eq!(read(&store, &alice, Selector::Default).await, Candidates::None);
        let first = store.insert(&alice, "1").await;
        set_default(&store, &first, false).await;
        assert_eq!(default(&store, &alice).await.connection, first.id);
        let second = store.insert(&alice, "2").await;
        assert!(!second.is_default, "it does not push itself before the one in use");
        assert_eq!(read(&store, &alice, Selector::Default).await, Candidates::Several);
        for (selector, expected) in [
            (Selector::Account(account("1")), &first),
            (Selector::Connection(second.id), &second),
        ] {
            match read(&store, &alice, selector).await {
                Candidates::One(one) => assert_eq!(one.connection, expected.id),
                other => panic!("{other:?}"),
            }
        }
        let unknown = Selector::Account(account("3"));
        assert_eq!(read(&store, &alice, unknown).await, Candidates::None);
    }

    async fn a_connection_of_another_marketplace_is_not_what_was_asked_for(store: Store) {
        let alice = alice();
        let amazon = store.database.insert(new(&alice, Marketplace::Amazon, Some("eu:A1")));
        let amazon = amazon.await.unwrap();
        let selector = Selector::Connection(amazon.id);
        assert_eq!(read(&store, &alice, selector).await, Candidates::None);
    }

    async fn deleting_the_default_leaves_it_to_the_only_other_one(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        let second = store.insert(&alice, "2").await;
        store
            .database
            .bury(&alice, first.id, None, false, event(&first, AuditKind::Deleted))
            .await
            .unwrap();
        assert!(is_default(&store, &second).await);
        let third = store.insert(&alice, "3").await;
        assert!(!third.is_default);
        assert_eq!(default(&store, &alice).await.connection, second.id);
    }

    async fn deleting_the_default_of_many_leaves_the_choice_open(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        store.insert(&alice, "2").await;
        store.insert(&alice, "3").await;
        store
            .database
            .bury(&alice, first.id, None, false, event(&first, AuditKind::Deleted))
            .await
            .unwrap();
        assert_eq!(read(&store, &alice, Selector::Default).await, Candidates::Several);
    }

    async fn callers_who_read_at_the_same_time_get_their_own_answers(store: Store) {
        let tenants: Vec<_> = (0..12)
            .map(|number| scope(&format!("org-{}", number % 4), &format!("user-{number}")))
            .collect();
        let mut expected = Vec::new();
        for (number, tenant) in tenants.iter().enumerate() {
            // One in three has none, one a default among others, one several without a default.
            let answer = match number % 3 {
                0 => None,
                kind => {
                    let first = store.insert(tenant, "1").await;
                    store.insert(tenant, "2").await;
                    set_default(&store, &first, kind == 1).await;
                    Some((kind == 1).then_some(first.id))
                }
            };
            expected.push(answer);
        }
        let reads = (0..600).map(|number: usize| {
            let tenant = tenants[number % tenants.len()].clone();
            let database = store.database.clone();
            tokio::spawn(async move {
                let read = database.read_credential(&tenant, Marketplace::Takealot, &Selector::Default);
                let answer = read.await.unwrap();
                if let Candidates::One(one) = &answer {
                    assert_eq!(one.credential.scope, tenant);
                }
                answer
            })
        });
        for (number, answer) in join_all(reads).await.into_iter().enumerate() {
            let found = match answer.unwrap() {
                Candidates::None => None,
                Candidates::One(one) => Some(Some(one.connection)),
                Candidates::Several => Some(None),
            };
            assert_eq!(found, expected[number % tenants.len()], "{number}");
        }
    }

    async fn what_an_adapter_reads_is_what_was_stored(store: Store) {
        let alice = alice();
        let new = new(&alice, Marketplace::Takealot, Some("1"));
        let (connection, credential) = (new.connection.clone(), new.credential.clone());
        store.database.insert(new).await.unwrap();
        assert_eq!(
            *default(&store, &alice).await,
            CredentialRead {
                connection: connection.id,
                account_id: connection.account_id,
                details: connection.details,
                status: connection.status,
                credential,
            }
        );
    }
}
