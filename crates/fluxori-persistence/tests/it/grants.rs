//! What a consent leads to.

use fluxori_domain::{
    AuditKind, Connection, CredentialId, Marketplace,
    ports::{
        ConnectionRepository as _, GrantRepository, GrantedConnection, NewGrant, StorageError,
    },
};

use crate::support::{Store, alice, at, event, later, new, on_both};

fn grants(store: &Store) -> &dyn GrantRepository {
    &store.database
}

/// A grant of these accounts, none of them connected before.
fn grant(accounts: &[&str]) -> NewGrant {
    let first = new(&alice(), Marketplace::Xero, None);
    let connections = accounts.iter().map(|account| {
        let mut one = new(&alice(), Marketplace::Xero, Some(account)).connection;
        one.credential_id = first.credential.id;
        let created = event(&one, AuditKind::Created);
        GrantedConnection::New(one, created)
    });
    NewGrant {
        connections: connections.collect(),
        credential: first.credential,
    }
}

fn renewal_of(connections: &[&Connection]) -> NewGrant {
    let mut renewal = grant(&[]);
    renewal.credential.id = CredentialId::make(later());
    renewal.connections = connections
        .iter()
        .map(|connection| {
            let renewed = event(connection, AuditKind::Reauthorised);
            GrantedConnection::Renewed((*connection).clone(), renewed)
        })
        .collect();
    renewal
}

on_both! {
    async fn one_consent_is_one_credential_with_a_connection_an_account(store: Store) {
        let grant = grant(&["one", "two"]);
        let credential = grant.credential.id;
        let stored = grants(&store).store(grant).await.unwrap();
        assert_eq!(stored.len(), 2);
        assert!(stored.iter().all(|connection| connection.credential_id == credential));
        assert!(stored[0].is_default && !stored[1].is_default);
        assert_eq!(store.count("credentials"), 1);
        let sharing = grants(&store).sharing(&alice(), credential).await.unwrap();
        assert_eq!(sharing, stored);
    }

    async fn a_renewed_connection_leaves_its_credential_which_is_an_orphan_then(store: Store) {
        let before = grants(&store).store(grant(&["one", "two"])).await.unwrap();
        let renewed = grants(&store).store(renewal_of(&[&before[0]])).await.unwrap();
        assert_eq!(renewed[0].id, before[0].id);
        assert_ne!(renewed[0].credential_id, before[0].credential_id);
        assert_eq!(renewed[0].version, before[0].version + 1);
        assert!(grants(&store).orphans(10).await.unwrap().is_empty(), "the other one still uses it");
        grants(&store).store(renewal_of(&[&before[1]])).await.unwrap();
        let orphans = grants(&store).orphans(10).await.unwrap();
        assert_eq!(orphans.len(), 1);
        assert_eq!(orphans[0].id, before[0].credential_id);
        grants(&store).remove_orphan(&orphans[0], at(0)).await.unwrap();
        grants(&store).remove_orphan(&orphans[0], at(0)).await.unwrap();
        assert_eq!(store.count("credentials"), 2);
        assert!(grants(&store).orphans(10).await.unwrap().is_empty());
    }

    async fn a_credential_in_use_is_no_orphan_whoever_says_so(store: Store) {
        let new = new(&alice(), Marketplace::Xero, Some("one"));
        let credential = new.credential.clone();
        store.database.insert(new).await.unwrap();
        grants(&store).remove_orphan(&credential, at(0)).await.unwrap();
        assert_eq!(store.count("credentials"), 1);
    }

    async fn a_grant_is_stored_as_a_whole_or_not_at_all(store: Store) {
        let before = grants(&store).store(grant(&["one"])).await.unwrap();
        let mut stale = before[0].clone();
        stale.version += 1;
        let mut both = renewal_of(&[&stale]);
        let GrantedConnection::New(mut fresh, created) = grant(&["two"]).connections.remove(0)
        else { panic!("made as new") };
        fresh.credential_id = both.credential.id;
        both.connections.insert(0, GrantedConnection::New(fresh, created));
        assert!(matches!(grants(&store).store(both).await, Err(StorageError::Conflict)));
        assert_eq!(store.count("connections"), 1);
        assert_eq!(store.count("credentials"), 1);

        let duplicate = grants(&store).store(grant(&["three", "one"])).await;
        let Err(StorageError::Duplicate { existing }) = duplicate
        else { panic!("connected already: {duplicate:?}") };
        assert_eq!(existing, before[0].id);
        assert_eq!(store.count("connections"), 1);
    }
}
