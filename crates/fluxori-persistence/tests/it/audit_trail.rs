//! The trails of all tenants, chained.

use std::fs;

use fluxori_domain::{
    AuditEvent, AuditHash, AuditKind, Connection, OutcomeClass, PageRequest, TenantScope, UserId,
    ports::{
        AuditReader as _, AuditTrail, AuditWriter as _, ConnectionRepository as _, StoredAuditEvent,
    },
};
use fluxori_persistence::Database;
use futures_util::future::join_all;

use crate::support::{Store, alice, at, event, on_both, raw, scope, settings, sqlite_path};

fn trail(store: &Store) -> &dyn AuditTrail {
    &store.database
}

fn read(connection: &Connection) -> AuditEvent {
    event(connection, AuditKind::CredentialRead)
}

/// The text of a migration, `up` or `down`.
fn migration(store: &Store, name: &str, direction: &str) -> String {
    let dialect = match sqlite_path(&store.place) {
        Some(_) => "sqlite",
        None => "postgresql",
    };
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    fs::read_to_string(format!("{root}/{dialect}/{name}/{direction}.sql")).unwrap()
}

/// A whole chain, proven to be one: nothing missing, nothing twice, each link fitting the one before.
async fn proven(store: &Store, organization: &str) -> Vec<StoredAuditEvent> {
    let survey = trail(store).survey(organization).await.unwrap();
    assert_eq!((survey.unchained, survey.outside), (0, 0));
    let chain = survey.chain.unwrap();
    let events = trail(store)
        .chained(organization, chain.pruned_through, 10_000)
        .await
        .unwrap();
    let (mut before, mut last) = (chain.pruned_hash, chain.pruned_through);
    for event in &events {
        last += 1;
        assert_eq!(event.sequence, Some(last));
        before = event.fields().link(&before, last);
        assert_eq!(event.hash, Some(before), "{event:?}");
    }
    assert_eq!((chain.sequence, chain.hash), (last, before));
    events
}

on_both! {
    async fn changes_and_reads_are_chained_in_their_order(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let reads = vec![read(&stored), read(&stored)];
        store.database.append(reads.clone()).await.unwrap();
        store.insert(&alice, "2").await;
        let events = proven(&store, "org-1").await;
        let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["connection.created", "credential.read", "credential.read", "connection.created"]);
        assert_eq!(events[1].fields(), (&reads[0]).into());
    }

    async fn each_organization_has_a_chain_of_its_own(store: Store) {
        let (one, other) = (store.insert(&scope("a", "u"), "1").await, store.insert(&scope("b", "u"), "1").await);
        let third = Connection { scope: scope("c", "u"), ..one.clone() };
        let batch = [&one, &third, &other, &one, &third].map(read);
        store.database.append(batch.to_vec()).await.unwrap();
        for (organization, length) in [("a", 3), ("b", 2), ("c", 2)] {
            assert_eq!(proven(&store, organization).await.len(), length);
        }
        let names = trail(&store).organizations(None, 2).await.unwrap();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(trail(&store).organizations(Some("b"), 2).await.unwrap(), ["c"]);
        let heads = trail(&store).chains(Some("a"), 9).await.unwrap();
        let heads: Vec<_> = heads.iter().map(|head| (head.organization.as_str(), head.sequence)).collect();
        assert_eq!(heads, [("b", 2), ("c", 2)]);
        assert_eq!(trail(&store).count(None).await.unwrap(), 7);
        assert_eq!(trail(&store).count(Some("c")).await.unwrap(), 2);
    }

    async fn many_writers_make_one_chain_without_gap_or_fork(store: Store) {
        let scopes: Vec<TenantScope> = ["a", "b", "c"].iter().map(|name| scope(name, "u")).collect();
        let template = store.insert(&scopes[0], "0").await;
        let writers = (0..8).map(|writer| {
            let (database, scopes, template) = (store.database.clone(), scopes.clone(), template.clone());
            tokio::spawn(async move {
                for number in 0..12 {
                    if (writer + number) % 3 == 0 {
                        let account = format!("{writer}-{number}");
                        let scope = &scopes[writer % 3];
                        let new = crate::support::new(scope, template.marketplace, Some(&account));
                        database.insert(new).await.unwrap();
                    } else {
                        let mut batch: Vec<_> = scopes
                            .iter()
                            .map(|scope| read(&Connection { scope: scope.clone(), ..template.clone() }))
                            .collect();
                        batch.rotate_left(writer % 3);
                        database.append(batch).await.unwrap();
                    }
                }
            })
        });
        for writer in join_all(writers).await {
            writer.unwrap();
        }
        let mut events = 0;
        for organization in ["a", "b", "c"] {
            events += proven(&store, organization).await.len();
        }
        assert_eq!(events, 1 + 8 * 4 + 8 * 8 * 3);
    }

    async fn a_replayed_append_leaves_the_chain_as_it_is_and_adds_what_is_new(store: Store) {
        let one = store.insert(&scope("a", "u"), "1").await;
        let other = Connection { scope: scope("b", "u"), ..one.clone() };
        let heard = vec![read(&one), read(&other)];
        store.database.append(heard.clone()).await.unwrap();
        store.database.append(vec![read(&one)]).await.unwrap();
        store.database.append(heard.clone()).await.unwrap();
        assert_eq!((proven(&store, "a").await.len(), proven(&store, "b").await.len()), (3, 1));
        let lost = read(&other);
        store.database.append([heard, vec![lost.clone()]].concat()).await.unwrap();
        assert_eq!(proven(&store, "a").await.len(), 3);
        assert_eq!(proven(&store, "b").await[1].id, *lost.id.as_uuid());
    }

    async fn a_change_that_is_taken_back_leaves_no_gap(store: Store) {
        let alice = alice();
        let first = store.insert(&alice, "1").await;
        store.database.insert(crate::support::new(&alice, first.marketplace, Some("1"))).await.unwrap_err();
        store.insert(&alice, "2").await;
        assert_eq!(proven(&store, "org-1").await.len(), 2);
    }

    async fn only_a_beginning_that_is_what_it_was_is_pruned(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        store.database.append((0..9).map(|_| read(&stored)).collect()).await.unwrap();
        let events = proven(&store, "org-1").await;
        let hash = |number: usize| events[number - 1].hash.unwrap();
        let prune = async |from, through, hash| trail(&store).prune("org-1", from, through, hash).await.unwrap();
        for (from, through, hash) in [(1, 4, hash(4)), (0, 4, hash(5)), (0, 11, hash(10)), (0, 4, AuditHash::START)] {
            assert!(!prune(from, through, hash).await, "{from} {through}");
        }
        assert!(prune(0, 4, hash(4)).await);
        assert!(!prune(0, 4, hash(4)).await, "somebody else did");
        assert_eq!(proven(&store, "org-1").await, events[4..]);
        store.raw("DELETE FROM audit_events WHERE sequence = 6");
        assert!(!prune(4, 8, hash(8)).await, "one is missing");
        assert_eq!(store.count("audit_events"), 5);
        assert!(!trail(&store).prune("nobody", 0, 1, hash(1)).await.unwrap());
    }

    async fn a_chain_that_was_pruned_to_its_end_goes_on(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        let hash = proven(&store, "org-1").await[0].hash.unwrap();
        assert!(trail(&store).prune("org-1", 0, 1, hash).await.unwrap());
        assert!(proven(&store, "org-1").await.is_empty());
        store.database.append(vec![read(&stored)]).await.unwrap();
        assert_eq!(proven(&store, "org-1").await[0].sequence, Some(2));
    }

    async fn what_does_not_hang_on_the_chain_is_counted(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        store.database.append((0..5).map(|_| read(&stored)).collect()).await.unwrap();
        store.raw(
            "UPDATE audit_events SET sequence = 100 WHERE sequence = 2;
             UPDATE audit_events SET sequence = -1 WHERE sequence = 3;
             UPDATE audit_events SET sequence = NULL WHERE sequence = 4",
        );
        let survey = trail(&store).survey("org-1").await.unwrap();
        assert_eq!((survey.unchained, survey.outside), (1, 2));
        let unchained = trail(&store).unchained("org-1", None, 5).await.unwrap();
        assert_eq!(unchained.len(), 1);
        assert!(trail(&store).unchained("org-1", Some(&unchained[0]), 5).await.unwrap().is_empty());
        store.raw("DELETE FROM audit_chains");
        let survey = trail(&store).survey("org-1").await.unwrap();
        assert_eq!((survey.chain, survey.outside), (None, 5));
        assert_eq!(trail(&store).organizations(None, 9).await.unwrap(), ["org-1"]);
    }

    async fn a_trail_stays_what_it_is_when_its_key_changes(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        let changed = AuditEvent {
            actor: Some(UserId::new("boss").unwrap()),
            outcome: Some(OutcomeClass::Ok),
            occurrences: 7,
            ..read(&stored)
        };
        store.database.append(vec![read(&stored), changed]).await.unwrap();
        let before = proven(&store, "org-1").await;
        assert_eq!(before.len(), 3);
        for direction in ["down", "up"] {
            raw(&store.place, &migration(&store, "2026-12-01-030000_key_audit_events_by_id", direction));
            let database = Database::connect(&settings(&store.place)).await.unwrap();
            let chained = database.chained("org-1", 0, 10).await.unwrap();
            assert_eq!(chained, before);
        }
    }

    async fn events_from_before_there_were_chains_are_counted_by_the_migration_and_pruned_by_age(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        store.database.append((0..6).map(|_| read(&stored)).collect()).await.unwrap();
        raw(&store.place, &migration(&store, "2026-11-23-121600_chain_audit_events", "down"));
        raw(&store.place, "DELETE FROM __diesel_schema_migrations WHERE version = '20261123121600'");
        Database::migrate(&settings(&store.place)).await.unwrap();

        let store = Store { database: Database::connect(&settings(&store.place)).await.unwrap(), ..store };
        let survey = trail(&store).survey("org-1").await.unwrap();
        assert_eq!((survey.chain.unwrap().events_before, survey.unchained), (7, 7));
        store.database.append(vec![read(&stored)]).await.unwrap();
        let page = store.database.events(&alice(), stored.id, PageRequest::default()).await.unwrap();
        assert_eq!(page.items.len(), 8, "a connection's own trail is as it was");
        let early = page.items[5].at;
        assert_eq!(trail(&store).prune_unchained("org-1", early, 1).await.unwrap(), 1);
        assert_eq!(trail(&store).prune_unchained("org-1", early, 9).await.unwrap(), 1);
        let survey = trail(&store).survey("org-1").await.unwrap();
        assert_eq!((survey.chain.unwrap().events_before, survey.unchained), (5, 5));
        assert_eq!(trail(&store).prune_unchained("org-1", at(9_999_999), 9).await.unwrap(), 5);
        assert_eq!(proven(&store, "org-1").await.len(), 1);
        assert_eq!(trail(&store).prune_unchained("nobody", early, 9).await.unwrap(), 0);
    }
}
