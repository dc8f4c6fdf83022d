//! Taking up and letting go, in every transaction that stores or removes a credential.

use std::time::Duration;

use fluxori_domain::{
    AuditKind, Clocks, Connection, Credential, CredentialId, Generation, Marketplace, SecretHash,
    StoredSecret, TenantScope,
    ports::{
        Begun, ConnectionRepository as _, CredentialChange, GrantRepository, GrantedConnection,
        LooseSecret, NewGrant, RefreshIntent, RefreshLease, RefreshRepository, StorageError,
    },
};
use uuid::Uuid;

use crate::{
    outside::{delete, google, insert, keep, ledger, loose, moves, new_outside, place, stored},
    support::{Store, alice, at, event, later, new, on_both, scope, secret},
};

fn change(secret: StoredSecret) -> CredentialChange {
    CredentialChange {
        expected: Generation::FIRST,
        secret,
        clocks: Clocks::default(),
    }
}

async fn replace(
    store: &Store,
    connection: &Connection,
    secret: StoredSecret,
) -> Result<Connection, StorageError> {
    let mut event = event(connection, AuditKind::CredentialReplaced);
    event.at = at(50);
    let update = store
        .database
        .update(connection.clone(), Some(change(secret)), event);
    update.await
}

async fn lease(store: &Store, credential: &Credential) -> RefreshLease {
    let refreshes: &dyn RefreshRepository = &store.database;
    let intent = RefreshIntent {
        scope: credential.scope.clone(),
        credential: credential.id,
        generation: Generation::FIRST,
        token: SecretHash([3; 32]),
        owner: Uuid::new_v4(),
        lease_for: Duration::from_mins(1),
        ignore_cool_down: false,
        at: at(0),
    };
    match refreshes.begin(intent).await.unwrap() {
        Begun::Leased { lease, .. } => lease,
        other => panic!("no lease: {other:?}"),
    }
}

async fn complete(
    store: &Store,
    lease: &RefreshLease,
    connection: &Connection,
    secret: StoredSecret,
) -> Result<bool, StorageError> {
    let refreshes: &dyn RefreshRepository = &store.database;
    let mut event = event(connection, AuditKind::CredentialRefreshed);
    event.at = at(50);
    refreshes.complete(lease, change(secret), event).await
}

fn grant(accounts: &[&str]) -> NewGrant {
    let first = new_outside(&alice(), "grant");
    let connections = accounts.iter().map(|account| {
        let mut one = new(&alice(), Marketplace::Takealot, Some(account)).connection;
        one.credential_id = first.credential.id;
        let created = event(&one, AuditKind::Created);
        GrantedConnection::New(one, created)
    });
    NewGrant {
        connections: connections.collect(),
        credential: first.credential,
    }
}

fn conflict<T: std::fmt::Debug>(result: &Result<T, StorageError>) {
    assert!(matches!(result, Err(StorageError::Conflict)), "{result:?}");
}

/// The time until which a value stays that was replaced at 50.
fn after_grace() -> chrono::DateTime<chrono::Utc> {
    at(50) + LooseSecret::GRACE
}

on_both! {
    async fn a_new_row_takes_its_value_up(store: Store) {
        let (_, credential) = insert(&store, "1").await;
        assert_eq!(stored(&store.database, &credential).await.unwrap().secret, credential.secret);
        assert_eq!(store.count("loose_secrets"), 0);
    }

    async fn a_lost_race_leaves_no_connection_no_event_and_the_default_where_it_was(store: Store) {
        let first = store.insert(&alice(), "1").await;
        let mut new = new_outside(&alice(), "2");
        new.connection.is_default = true;
        conflict(&store.database.insert(new).await);
        let found = store.database.find(&alice(), first.id).await.unwrap().unwrap();
        assert_eq!(found, first, "still the default, and not touched");
        for (table, rows) in [("connections", 1), ("credentials", 1), ("audit_events", 1)] {
            assert_eq!(store.count(table), rows, "{table}");
        }
    }

    async fn a_value_is_taken_up_by_its_own_credential_and_tenant_only(store: Store) {
        let new = new_outside(&alice(), "1");
        let (id, value) = (new.credential.id, new.credential.secret.clone());
        keep(&store, &scope("org-2", "alice"), id, &value).await;
        keep(&store, &scope("org-1", "bob"), id, &value).await;
        keep(&store, &alice(), CredentialId::make(later()), &value).await;
        keep(&store, &alice(), id, &google(&place(id, 1), 11)).await;
        conflict(&store.database.insert(new).await);
        assert_eq!(store.count("loose_secrets"), 4);
    }

    async fn a_credential_that_is_shared_takes_nothing_up(store: Store) {
        let (first, credential) = insert(&store, "1").await;
        let mut second = new_outside(&alice(), "2");
        second.connection.credential_id = first.credential_id;
        second.credential = credential.clone();
        store.database.insert(second).await.unwrap();
        assert_eq!(stored(&store.database, &credential).await.unwrap(), credential);
    }

    async fn a_row_in_the_database_has_nothing_to_do_with_the_ledger(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        replace(&store, &stored, secret("fx1.next")).await.unwrap();
        delete(&store, &stored, at(0)).await;
        assert_eq!(store.count("loose_secrets"), 0);
        assert_eq!(store.count("credentials"), 0);
    }

    async fn a_replaced_value_is_let_go_of_for_a_while_and_the_new_one_is_taken_up(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        let second = google(&place(credential.id, 1), 2);
        keep(&store, &alice(), credential.id, &second).await;
        replace(&store, &connection, second.clone()).await.unwrap();
        assert_eq!(stored(&store.database, &credential).await.unwrap().secret, second);
        let old = (Some(credential.secret.value.clone()), after_grace());
        assert_eq!(loose(&store, &credential).await, [old]);
    }

    async fn what_is_let_go_of_is_what_the_row_held_and_not_what_the_caller_remembers(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        // Moved to another place, and then to the database: same generation, same version of the connection.
        let second = google(&place(credential.id, 2), 1);
        keep(&store, &alice(), credential.id, &second).await;
        assert!(moves(&store.database).relocate(&credential, &second, at(0)).await.unwrap());
        let third = google(&place(credential.id, 1), 3);
        keep(&store, &alice(), credential.id, &third).await;
        replace(&store, &connection, third).await.unwrap();
        let mut loose = loose(&store, &credential).await;
        loose.sort();
        assert_eq!(loose, [
            (Some(credential.secret.value.clone()), at(0) + LooseSecret::GRACE),
            (Some(second.value), after_grace()),
        ]);
    }

    async fn a_replacement_that_is_not_on_the_ledger_changes_nothing(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        let events = store.count("audit_events");
        conflict(&replace(&store, &connection, google(&place(credential.id, 1), 2)).await);
        let found = store.database.find_with_credential(&alice(), connection.id).await.unwrap();
        assert_eq!(found, Some((connection, credential)));
        assert_eq!(store.count("loose_secrets"), 0);
        assert_eq!(store.count("audit_events"), events);
    }

    async fn a_secret_goes_from_one_store_to_the_other_with_a_replacement(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        replace(&store, &connection, secret("fx1.home")).await.unwrap();
        let old = (Some(credential.secret.value.clone()), after_grace());
        assert_eq!(loose(&store, &credential).await, [old]);
    }

    async fn a_refresh_takes_up_and_lets_go(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        let second = google(&place(credential.id, 1), 2);
        keep(&store, &alice(), credential.id, &second).await;
        let lease = lease(&store, &credential).await;
        assert!(complete(&store, &lease, &connection, second.clone()).await.unwrap());
        let now = stored(&store.database, &credential).await.unwrap();
        assert_eq!((now.secret, now.generation), (second, Generation::FIRST.next()));
        let old = (Some(credential.secret.value.clone()), after_grace());
        assert_eq!(loose(&store, &credential).await, [old]);
    }

    async fn a_refresh_that_came_too_late_takes_nothing_up(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        let lease = lease(&store, &credential).await;
        let home = place(credential.id, 1);
        let (second, third) = (google(&home, 2), google(&home, 3));
        keep(&store, &alice(), credential.id, &second).await;
        replace(&store, &connection, second.clone()).await.unwrap();
        keep(&store, &alice(), credential.id, &third).await;
        assert!(!complete(&store, &lease, &connection, third.clone()).await.unwrap());
        assert!(!complete(&store, &lease, &connection, third.clone()).await.unwrap(), "nor again");
        assert_eq!(stored(&store.database, &credential).await.unwrap().secret, second);
        let loose = loose(&store, &credential).await;
        assert!(loose.contains(&(Some(third.value), at(0))), "{loose:?}");
        assert_eq!(loose.len(), 2, "{loose:?}");
    }

    async fn a_refresh_whose_value_is_condemned_changes_nothing_and_keeps_its_lease(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        let home = place(credential.id, 1);
        let lease = lease(&store, &credential).await;
        let slow = keep(&store, &alice(), credential.id, &google(&home, 2)).await;
        ledger(&store.database).condemn(&slow).await.unwrap();
        conflict(&complete(&store, &lease, &connection, google(&home, 2)).await);
        assert_eq!(stored(&store.database, &credential).await.unwrap(), credential);
        let third = google(&home, 3);
        keep(&store, &alice(), credential.id, &third).await;
        assert!(complete(&store, &lease, &connection, third).await.unwrap(), "written anew");
    }

    async fn a_grant_takes_its_value_up_once_or_is_not_stored(store: Store) {
        let grants: &dyn GrantRepository = &store.database;
        conflict(&grants.store(grant(&["1", "2"])).await);
        assert_eq!((store.count("connections"), store.count("credentials")), (0, 0));
        assert_eq!(store.count("audit_events"), 0);
        let grant = grant(&["1", "2"]);
        keep(&store, &alice(), grant.credential.id, &grant.credential.secret).await;
        assert_eq!(grants.store(grant).await.unwrap().len(), 2);
        assert_eq!(store.count("loose_secrets"), 0);
    }

    async fn a_grant_that_fails_later_leaves_its_value_loose(store: Store) {
        store.insert(&alice(), "taken").await;
        let grant = grant(&["1", "taken"]);
        keep(&store, &alice(), grant.credential.id, &grant.credential.secret).await;
        let grants: &dyn GrantRepository = &store.database;
        let refused = grants.store(grant).await;
        assert!(matches!(refused, Err(StorageError::Duplicate { .. })), "{refused:?}");
        assert_eq!(store.count("loose_secrets"), 1);
    }

    async fn the_last_connection_that_goes_lets_go_of_the_value(store: Store) {
        let (first, credential) = insert(&store, "1").await;
        let mut second = new_outside(&alice(), "2");
        second.connection.credential_id = first.credential_id;
        second.credential = credential.clone();
        let second = store.database.insert(second).await.unwrap();
        for (connection, left) in [(&first, 0), (&second, 1)] {
            assert_eq!(store.count("loose_secrets"), 0, "the row is still there");
            delete(&store, connection, at(70)).await;
            assert_eq!(store.count("loose_secrets"), left, "once");
        }
        assert_eq!(loose(&store, &credential).await, [(Some(credential.secret.value.clone()), at(70))]);
    }

    async fn an_orphan_lets_go_of_its_value_and_a_credential_in_use_does_not(store: Store) {
        let grants: &dyn GrantRepository = &store.database;
        let (connection, credential) = insert(&store, "1").await;
        grants.remove_orphan(&credential, at(5)).await.unwrap();
        assert_eq!(store.count("loose_secrets"), 0);
        let mut renewal = grant(&[]);
        keep(&store, &alice(), renewal.credential.id, &renewal.credential.secret).await;
        let renewed = event(&connection, AuditKind::Reauthorised);
        renewal.connections = vec![GrantedConnection::Renewed(connection, renewed)];
        grants.store(renewal).await.unwrap();
        assert_eq!(store.count("loose_secrets"), 0, "the row that was left still holds it");
        for _ in 0..2 {
            grants.remove_orphan(&credential, at(5)).await.unwrap();
            assert_eq!(loose(&store, &credential).await, [(Some(credential.secret.value.clone()), at(5))]);
        }
    }

    async fn a_row_that_names_no_place_can_still_be_replaced_and_removed(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        store.raw("UPDATE credentials SET secret = 'broken by hand'");
        let second = google(&place(credential.id, 1), 2);
        keep(&store, &alice(), credential.id, &second).await;
        let connection = replace(&store, &connection, second).await.unwrap();
        store.raw("UPDATE credentials SET secret = 'broken by hand'");
        delete(&store, &connection, at(70)).await;
        assert_eq!(store.count("credentials"), 0);
        assert_eq!(store.count("loose_secrets"), 0);
    }

    async fn what_is_loose_outlives_the_credential_and_its_tenants_rows(store: Store) {
        let (connection, credential) = insert(&store, "1").await;
        delete(&store, &connection, at(70)).await;
        store.raw("DELETE FROM audit_events; DELETE FROM connections; DELETE FROM credentials");
        assert_eq!(loose(&store, &credential).await.len(), 1);
        let scope: &TenantScope = &credential.scope;
        let due = ledger(&store.database).due(at(1_000_000), 10).await.unwrap();
        assert_eq!(&due[0].scope, scope);
    }
}
