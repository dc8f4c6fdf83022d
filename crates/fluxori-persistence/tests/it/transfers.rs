//! Connections that change hands.

use std::time::Duration;

use fluxori_domain::{
    AuditFilter, AuditKind, Connection, ConnectionFilter, Generation, Marketplace, OutcomeClass,
    PageRequest, SecretHash, TenantScope,
    ports::{
        AuditReader as _, Begun, ConnectionRepository as _, CredentialChange, RefreshIntent,
        RefreshRepository, Sentence, Transfer, TransferEnd, TransferRepository as _,
    },
};
use uuid::Uuid;

use crate::{
    outside::{entries, google, insert as insert_outside, keep, ledger, place},
    support::{Store, alice, at, event, new, new_secret, on_both, scope},
};

fn bob() -> TenantScope {
    scope("org-1", "bob")
}

/// All of these connections, which use the credential of the first, from Alice to Bob.
fn transfer(connections: &[&Connection]) -> Transfer {
    let events = connections.iter().flat_map(|connection| {
        let given = event(connection, AuditKind::GivenAway);
        let mut taken = event(connection, AuditKind::TakenOver);
        taken.scope = bob();
        [given, taken]
    });
    Transfer {
        from: alice(),
        to: bob().user,
        credential: connections[0].credential_id,
        connections: connections.iter().map(|connection| connection.id).collect(),
        at: at(500),
        events: events.collect(),
    }
}

async fn give(store: &Store, connections: &[&Connection]) -> TransferEnd {
    let given = store.database.transfer(transfer(connections)).await;
    given.unwrap()
}

async fn of(store: &Store, scope: &TenantScope) -> Vec<Connection> {
    let list = store
        .database
        .list(scope, ConnectionFilter::default(), PageRequest::default());
    list.await.unwrap().items
}

fn refreshes(store: &Store) -> &dyn RefreshRepository {
    &store.database
}

async fn begin(store: &Store, scope: &TenantScope, connection: &Connection) -> Begun {
    let intent = RefreshIntent {
        scope: scope.clone(),
        credential: connection.credential_id,
        generation: Generation::FIRST,
        token: SecretHash([3; 32]),
        owner: Uuid::new_v4(),
        lease_for: Duration::from_mins(1),
        ignore_cool_down: false,
        at: at(0),
    };
    refreshes(store).begin(intent).await.unwrap()
}

on_both! {
    async fn a_connection_and_its_secret_become_anothers_as_they_are(store: Store) {
        let given = store.insert(&alice(), "1").await;
        let stays = store.insert(&alice(), "2").await;
        assert!(given.is_default && !stays.is_default);
        let before = store.database.find_with_credential(&alice(), given.id).await.unwrap().unwrap();
        assert_eq!(give(&store, &[&given]).await, TransferEnd::Done);

        let (after, credential) = store.database.find_with_credential(&bob(), given.id).await.unwrap().unwrap();
        assert_eq!(credential.secret, before.1.secret);
        assert_eq!(credential.clocks, before.1.clocks);
        let expected = Connection {
            scope: bob(),
            version: given.version + 1,
            updated_at: at(500),
            ..given.clone()
        };
        assert_eq!(after, expected, "the receiver's first is the default");
        let left = of(&store, &alice()).await;
        assert_eq!(left.len(), 1);
        assert!(left[0].is_default && left[0].id == stays.id, "the only one that is left");
        assert_eq!(store.count("credentials"), 2);

        let organization = alice().organization;
        let owner = store.database.owner(&organization, given.id).await.unwrap();
        assert_eq!(owner, Some(bob().user));
        let everybodys = store.database.list_organization(&organization, ConnectionFilter::default(), PageRequest::default());
        assert_eq!(everybodys.await.unwrap().items.len(), 2);
        let filter = AuditFilter { user: Some(bob().user), connection: Some(given.id) };
        let told = store.database.organization_events(&organization, filter, PageRequest::default());
        let told = told.await.unwrap().items;
        assert_eq!(told.iter().map(|event| event.kind).collect::<Vec<_>>(), [AuditKind::TakenOver]);
        let elsewhere = scope("org-2", "alice").organization;
        assert_eq!(store.database.owner(&elsewhere, given.id).await.unwrap(), None);
    }

    async fn the_receivers_default_stays_the_default(store: Store) {
        let own = store.insert(&bob(), "own").await;
        let given = store.insert(&alice(), "1").await;
        assert_eq!(give(&store, &[&given]).await, TransferEnd::Done);
        let both = of(&store, &bob()).await;
        let defaults: Vec<_> = both.iter().filter(|one| one.is_default).collect();
        assert_eq!(defaults.len(), 1);
        assert_eq!(defaults[0].id, own.id);
        assert_eq!(of(&store, &alice()).await, []);
    }

    async fn an_account_that_the_receiver_has_stays_where_it_is(store: Store) {
        let own = store.insert(&bob(), "1").await;
        let stays = store.insert(&alice(), "1").await;
        let end = give(&store, &[&stays]).await;
        assert_eq!(end, TransferEnd::Duplicate { existing: own.id });
        assert_eq!(of(&store, &alice()).await, [stays], "to the last field");
        assert_eq!(store.count("audit_events"), 2);
    }

    async fn nothing_goes_while_tokens_are_renewed_and_what_is_known_of_it_goes_along(store: Store) {
        let given = store.insert(&alice(), "1").await;
        let Begun::Leased { lease, .. } = begin(&store, &alice(), &given).await else {
            panic!("no lease");
        };
        assert_eq!(give(&store, &[&given]).await, TransferEnd::Busy);
        assert_eq!(of(&store, &alice()).await, std::slice::from_ref(&given));
        let until = at(600);
        refreshes(&store).fail(&lease, OutcomeClass::Transient, until).await.unwrap();
        assert_eq!(give(&store, &[&given]).await, TransferEnd::Done);
        let cooling = begin(&store, &bob(), &given).await;
        assert!(matches!(cooling, Begun::CoolingDown { .. }), "{cooling:?}");
        let gone = begin(&store, &alice(), &given).await;
        assert!(matches!(gone, Begun::Moved), "{gone:?}");
    }

    async fn nothing_goes_that_is_being_deleted_or_is_not_all_of_it(store: Store) {
        let first = store.insert(&alice(), "1").await;
        let mut sharing = new(&alice(), Marketplace::Takealot, Some("2"));
        let (_, credential) = store.database.find_with_credential(&alice(), first.id).await.unwrap().unwrap();
        sharing.connection.credential_id = credential.id;
        sharing.credential = credential;
        let second = store.database.insert(sharing).await.unwrap();
        assert_eq!(give(&store, &[&first]).await, TransferEnd::Busy, "the second uses it too");

        let buried = event(&second, AuditKind::Deleted);
        let tombstone = store.database.bury(&alice(), second.id, None, false, buried).await.unwrap();
        assert_eq!(give(&store, &[&first]).await, TransferEnd::Busy, "the deletion needs it");
        let removed = event(&second, AuditKind::SecretDestroyed);
        store.database.remove(&tombstone, removed).await.unwrap();
        assert_eq!(give(&store, &[&first]).await, TransferEnd::Done);
    }

    async fn what_was_written_for_the_former_owner_is_a_conflict_and_changes_nothing(store: Store) {
        let given = store.insert(&alice(), "1").await;
        give(&store, &[&given]).await;
        let changed = event(&given, AuditKind::CredentialReplaced);
        let change: CredentialChange = new_secret(Generation::FIRST, "fx1.late");
        let late = store.database.update(given.clone(), Some(change), changed).await;
        assert!(matches!(late, Err(fluxori_domain::ports::StorageError::Conflict)), "{late:?}");
        assert_eq!(give(&store, &[&given]).await, TransferEnd::Busy, "it is Bob's");
    }

    async fn what_is_loose_outside_the_database_goes_along(store: Store) {
        let (given, before) = insert_outside(&store, "1").await;
        let credential = given.credential_id;
        let second = google(&place(credential, 1), 2);
        let entry = keep(&store, &alice(), credential, &second).await;
        assert_eq!(give(&store, &[&given]).await, TransferEnd::Done);
        let after = entries(&store.database, &bob(), credential).await;
        assert_eq!(after.iter().map(|entry| entry.id).collect::<Vec<_>>(), [entry.id]);
        assert!(entries(&store.database, &alice(), credential).await.is_empty());

        // A sweep that had read it before leaves it; one that reads it now spares what is held.
        let ledger = ledger(&store.database);
        assert_eq!(ledger.condemn(&entry).await.unwrap(), Sentence::Busy);
        let spared = Sentence::AllBut(vec![before.secret.value]);
        assert_eq!(ledger.condemn(&after[0]).await.unwrap(), spared);
    }

    async fn who_writes_for_the_former_owner_endangers_nothing(store: Store) {
        let (given, before) = insert_outside(&store, "1").await;
        let credential = given.credential_id;
        assert_eq!(give(&store, &[&given]).await, TransferEnd::Done);
        let late = keep(&store, &alice(), credential, &google(&place(credential, 1), 2)).await;
        let ledger = ledger(&store.database);
        assert_eq!(ledger.condemn(&late).await.unwrap(), Sentence::Busy, "it goes after its credential");
        let after = entries(&store.database, &bob(), credential).await;
        let spared = Sentence::AllBut(vec![before.secret.value]);
        assert_eq!(ledger.condemn(&after[0]).await.unwrap(), spared);
    }
}
