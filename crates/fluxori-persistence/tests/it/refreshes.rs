//! Leases and intents of refreshing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditKind, Clocks, Connection, ConnectionStatus, Generation, Marketplace, OutcomeClass,
    SecretHash,
    ports::{
        AuditReader as _, Begun, ConnectionRepository as _, CredentialChange, RefreshIntent,
        RefreshLease, RefreshRepository,
    },
};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::support::{Store, alice, at, event, new, new_secret, on_both, scope, secret};

const MINUTE: Duration = Duration::from_mins(1);
const TOKEN: SecretHash = SecretHash([3; 32]);

fn refreshes(store: &Store) -> &dyn RefreshRepository {
    &store.database
}

fn intent(connection: &Connection) -> RefreshIntent {
    RefreshIntent {
        scope: connection.scope.clone(),
        credential: connection.credential_id,
        generation: Generation::FIRST,
        token: TOKEN,
        owner: Uuid::new_v4(),
        lease_for: MINUTE,
        ignore_cool_down: false,
        at: at(0),
    }
}

async fn begin(store: &Store, intent: RefreshIntent) -> Begun {
    refreshes(store).begin(intent).await.unwrap()
}

async fn lease(store: &Store, intent: RefreshIntent) -> RefreshLease {
    match begin(store, intent).await {
        Begun::Leased { lease, .. } => lease,
        other => panic!("no lease: {other:?}"),
    }
}

fn change(value: &str) -> CredentialChange {
    CredentialChange {
        expected: Generation::FIRST,
        secret: secret(value),
        clocks: Clocks {
            access_expires_at: Some(at(7_200)),
            refresh_expires_at: Some(at(86_400)),
            authorisation_expires_at: None,
        },
    }
}

async fn complete(store: &Store, lease: &RefreshLease, connection: &Connection) -> bool {
    let event = event(connection, AuditKind::CredentialRefreshed);
    let complete = refreshes(store).complete(lease, change("fx1.renewed"), event);
    complete.await.unwrap()
}

async fn stored_generation(store: &Store, connection: &Connection) -> i64 {
    let stored = refreshes(store).credential(&connection.scope, connection.credential_id);
    stored.await.unwrap().unwrap().generation.as_i64()
}

on_both! {
    async fn of_many_who_want_to_refresh_one_gets_the_lease(store: Store) {
        for _ in 0..5 {
            let connection = store.insert(&scope("org-1", &Uuid::new_v4().to_string()), "a").await;
            let racers = (0..8).map(|_| {
                let (database, intent) = (store.database.clone(), intent(&connection));
                tokio::spawn(async move {
                    let refreshes: &dyn RefreshRepository = &database;
                    refreshes.begin(intent).await.unwrap()
                })
            });
            let begun: Vec<_> = join_all(racers).await.into_iter().map(Result::unwrap).collect();
            let leased = begun.iter().filter(|begun| matches!(begun, Begun::Leased { .. }));
            assert_eq!(leased.count(), 1);
            assert_eq!(begun.iter().filter(|begun| **begun == Begun::Busy).count(), 7);
        }
    }

    async fn new_tokens_are_stored_with_their_event_and_the_lease_ends(store: Store) {
        let connection = store.insert(&alice(), "a").await;
        let lease = lease(&store, intent(&connection)).await;
        assert!(complete(&store, &lease, &connection).await);
        let (found, credential) =
            store.database.find_with_credential(&alice(), connection.id).await.unwrap().unwrap();
        assert_eq!(credential.generation, Generation::FIRST.next());
        assert_eq!(credential.secret, secret("fx1.renewed"));
        assert_eq!(credential.clocks, change("").clocks);
        assert_eq!(found.clocks, change("").clocks);
        assert_eq!(found.version, connection.version, "a seller's edit is not disturbed");
        let page = fluxori_domain::PageRequest { after: None, limit: 10 };
        let events = store.database.events(&alice(), connection.id, page).await.unwrap();
        assert!(events.items.iter().any(|event| event.kind == AuditKind::CredentialRefreshed));
        assert_eq!(begin(&store, intent(&connection)).await, Begun::Moved);
        let next = RefreshIntent { generation: Generation::FIRST.next(), ..intent(&connection) };
        assert!(matches!(begin(&store, next).await, Begun::Leased { .. }));
    }

    async fn a_dead_holder_is_followed_and_comes_too_late(store: Store) {
        let connection = store.insert(&alice(), "a").await;
        let dead = RefreshIntent { lease_for: Duration::ZERO, ..intent(&connection) };
        let dead = lease(&store, dead).await;
        let successor = lease(&store, RefreshIntent { at: at(30), ..intent(&connection) }).await;
        assert!(successor.fence > dead.fence);
        assert!(!complete(&store, &dead, &connection).await, "its fence is old");
        let failed = refreshes(&store).fail(&dead, OutcomeClass::Transient, at(60));
        assert!(!failed.await.unwrap());
        let refused = event(&connection, AuditKind::CredentialRefused);
        let condemned = refreshes(&store).condemn(
            &dead, Generation::FIRST, OutcomeClass::ReauthRequired, at(60), refused,
        );
        assert!(!condemned.await.unwrap());
        assert_eq!(stored_generation(&store, &connection).await, 1);
        assert!(complete(&store, &successor, &connection).await);
    }

    async fn a_successor_knows_since_when_the_answer_is_missing(store: Store) {
        let connection = store.insert(&alice(), "a").await;
        let dead = RefreshIntent { lease_for: Duration::ZERO, ..intent(&connection) };
        lease(&store, dead.clone()).await;
        let Begun::Leased { first_spent_at, .. } =
            begin(&store, RefreshIntent { at: at(90), ..dead.clone() }).await
        else { panic!("the lease was free") };
        assert_eq!(first_spent_at, at(0), "the same token");
        let other = RefreshIntent { at: at(95), token: SecretHash([4; 32]), ..dead };
        let Begun::Leased { first_spent_at, .. } = begin(&store, other).await
        else { panic!("the lease was free") };
        assert_eq!(first_spent_at, at(95), "another token begins anew");
    }

    async fn after_a_failure_nobody_tries_for_a_while(store: Store) {
        let connection = store.insert(&alice(), "a").await;
        let first = lease(&store, intent(&connection)).await;
        assert!(refreshes(&store).fail(&first, OutcomeClass::Throttled, at(60)).await.unwrap());
        let cooling = Begun::CoolingDown { until: at(60), class: OutcomeClass::Throttled };
        assert_eq!(begin(&store, RefreshIntent { at: at(59), ..intent(&connection) }).await, cooling);
        let alice = alice();
        let progress = refreshes(&store).progress(&alice, connection.credential_id, at(59));
        let progress = progress.await.unwrap().unwrap();
        assert_eq!(progress.cooling_down, Some((at(60), OutcomeClass::Throttled)));
        assert!(!progress.is_leased);
        let eager = RefreshIntent { at: at(59), ignore_cool_down: true, ..intent(&connection) };
        let eager = lease(&store, eager).await;
        assert!(refreshes(&store).fail(&eager, OutcomeClass::Transient, at(120)).await.unwrap());
        let Begun::Leased { failures, first_spent_at, .. } =
            begin(&store, RefreshIntent { at: at(120), ..intent(&connection) }).await
        else { panic!("the time is over") };
        assert_eq!((failures, first_spent_at), (2, at(0)));
        // A clock that was days ahead set the end of a cool-down: it does not count.
        let wrong = RefreshIntent { at: at(-5 * 86_400), ..intent(&scope_of(&store).await) };
        let lease = lease(&store, RefreshIntent { at: at(0), ..wrong.clone() }).await;
        refreshes(&store).fail(&lease, OutcomeClass::Transient, at(60)).await.unwrap();
        assert!(matches!(begin(&store, wrong).await, Begun::Leased { .. }));
    }

    async fn a_verdict_reaches_every_connection_of_the_credential_and_keeps_the_secret(store: Store) {
        let first = new(&alice(), Marketplace::Xero, Some("one"));
        let mut second = new(&alice(), Marketplace::Xero, Some("two"));
        second.credential = first.credential.clone();
        second.connection.credential_id = first.credential.id;
        let bystander = store.insert(&alice(), "three").await;
        let first = store.database.insert(first).await.unwrap();
        let second = store.database.insert(second).await.unwrap();
        let lease = lease(&store, intent(&first)).await;
        let refused = event(&first, AuditKind::CredentialRefused);
        let class = OutcomeClass::ReauthRequired;
        let condemned = refreshes(&store).condemn(&lease, Generation::FIRST, class, at(900), refused);
        assert!(condemned.await.unwrap());
        for connection in [&first, &second] {
            let found = store.database.find(&alice(), connection.id).await.unwrap().unwrap();
            assert_eq!(found.status, ConnectionStatus::Expired(class));
            assert!(found.version > connection.version);
            let page = fluxori_domain::PageRequest { after: None, limit: 10 };
            let events = store.database.events(&alice(), connection.id, page).await.unwrap();
            let told = events.items.iter().filter(|event| event.kind == AuditKind::CredentialRefused);
            assert_eq!(told.count(), 1);
        }
        let found = store.database.find(&alice(), bystander.id).await.unwrap().unwrap();
        assert_eq!(found.status, bystander.status);
        assert_eq!(stored_generation(&store, &first).await, 1, "the secret stays");
        assert!(interrupted(&store, at(10_000)).await.is_empty(), "nothing is open");
    }

    async fn a_verdict_about_another_generation_is_none(store: Store) {
        let connection = store.insert(&alice(), "a").await;
        let lease = lease(&store, intent(&connection)).await;
        let replaced = event(&connection, AuditKind::CredentialReplaced);
        store.database
            .update(connection.clone(), Some(new_secret(Generation::FIRST, "fx1.new")), replaced)
            .await
            .unwrap();
        let refused = event(&connection, AuditKind::CredentialRefused);
        let class = OutcomeClass::ReauthRequired;
        let condemned = refreshes(&store).condemn(&lease, Generation::FIRST, class, at(900), refused);
        assert!(!condemned.await.unwrap());
        assert!(!complete(&store, &lease, &connection).await, "the seller was faster");
        let found = store.database.find(&alice(), connection.id).await.unwrap().unwrap();
        assert_eq!(found.status, connection.status);
    }

    async fn what_was_interrupted_is_found_until_it_is_settled(store: Store) {
        let connection = store.insert(&alice(), "a").await;
        assert!(interrupted(&store, at(0)).await.is_empty());
        let dead = RefreshIntent { lease_for: Duration::ZERO, ..intent(&connection) };
        let dead = lease(&store, dead).await;
        let due = interrupted(&store, at(1)).await;
        assert_eq!(due, [connection.id]);
        refreshes(&store).fail(&dead, OutcomeClass::Transient, at(60)).await.unwrap();
        assert!(interrupted(&store, at(59)).await.is_empty(), "it cools down");
        assert_eq!(interrupted(&store, at(60)).await, [connection.id]);
        let live = lease(&store, RefreshIntent { at: at(60), ..intent(&connection) }).await;
        assert!(interrupted(&store, at(61)).await.is_empty(), "somebody is at it");
        assert!(complete(&store, &live, &connection).await);
        assert!(interrupted(&store, at(10_000)).await.is_empty());
    }

    async fn a_replaced_secret_leaves_nothing_open(store: Store) {
        let connection = store.insert(&alice(), "a").await;
        lease(&store, RefreshIntent { lease_for: Duration::ZERO, ..intent(&connection) }).await;
        let replaced = event(&connection, AuditKind::CredentialReplaced);
        store.database
            .update(connection, Some(new_secret(Generation::FIRST, "fx1.new")), replaced)
            .await
            .unwrap();
        assert!(interrupted(&store, at(1)).await.is_empty());
    }

    async fn tokens_that_would_die_unused_are_found_the_nearest_death_first(store: Store) {
        let mut connections = Vec::new();
        for (account, dies) in [("a", 30), ("b", 10), ("c", 20), ("d", 500)] {
            let mut new = new(&alice(), Marketplace::Xero, Some(account));
            new.credential.clocks.refresh_expires_at = Some(at(dies));
            connections.push(store.database.insert(new).await.unwrap());
        }
        let idle = |now| {
            let store = &store;
            async move {
                let idle = refreshes(store).idle(Marketplace::Xero, at(100), now, 10);
                let idle = idle.await.unwrap();
                idle.into_iter().map(|due| due.connection).collect::<Vec<_>>()
            }
        };
        let [a, b, c, _] = [0, 1, 2, 3].map(|number: usize| connections[number].id);
        assert_eq!(idle(at(0)).await, [b, c, a]);
        let lease = lease(&store, intent(&connections[1])).await;
        refreshes(&store).fail(&lease, OutcomeClass::Transient, at(60)).await.unwrap();
        assert_eq!(idle(at(59)).await, [c, a], "one that fails holds up no other");
        assert_eq!(idle(at(60)).await, [b, c, a]);
        let mut expired = connections[2].clone();
        expired.status = ConnectionStatus::Expired(OutcomeClass::ReauthRequired);
        let tested = event(&expired, AuditKind::Tested);
        store.database.update(expired, None, tested).await.unwrap();
        assert_eq!(idle(at(60)).await, [b, a], "a dead grant is not asked again");
    }

    async fn another_tenant_s_credential_does_not_exist(store: Store) {
        let connection = store.insert(&alice(), "a").await;
        let stranger = scope("org-2", "alice");
        let intent = RefreshIntent { scope: stranger.clone(), ..intent(&connection) };
        assert_eq!(begin(&store, intent).await, Begun::Moved);
        let id = connection.credential_id;
        assert_eq!(refreshes(&store).credential(&stranger, id).await.unwrap(), None);
        assert_eq!(refreshes(&store).progress(&stranger, id, at(0)).await.unwrap(), None);
    }
}

async fn scope_of(store: &Store) -> Connection {
    store.insert(&scope("org-9", "zoe"), "z").await
}

async fn interrupted(store: &Store, now: DateTime<Utc>) -> Vec<fluxori_domain::ConnectionId> {
    let refreshes = refreshes(store);
    let elsewhere = refreshes
        .interrupted(Marketplace::Xero, now, 10)
        .await
        .unwrap();
    assert_eq!(elsewhere, [], "each marketplace by itself");
    let due = refreshes
        .interrupted(Marketplace::Takealot, now, 10)
        .await
        .unwrap();
    due.into_iter().map(|due| due.connection).collect()
}
