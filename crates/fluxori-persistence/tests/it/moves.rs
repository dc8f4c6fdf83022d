//! Where secrets live, and their moving.

use fluxori_domain::{
    AuditKind, Backend, CredentialId, DataKeyId, Generation, Marketplace, OrganizationId,
    ports::{ConnectionRepository as _, LooseSecret, SecretCount, StorageError},
};

use crate::{
    key_maintenance::activate,
    outside::{delete, google, insert, keep, loose, moves, place, stored},
    support::{alice, at, event, new, new_secret, on_both, scope, secret},
};

fn sealed(key: char) -> String {
    format!("fx1.{}.iv.text", String::from(key).repeat(32))
}

on_both! {
    async fn a_secret_moves_out_and_back_in_its_generation(store: Store) {
        let connection = store.insert(&alice(), "1").await;
        let moves = moves(&store.database);
        let inside = store.database.find_with_credential(&alice(), connection.id).await.unwrap().unwrap().1;
        let outside = google(&place(inside.id, 1), 1);
        keep(&store, &alice(), inside.id, &outside).await;
        assert!(moves.relocate(&inside, &outside, at(0)).await.unwrap());
        let now = stored(&store.database, &inside).await.unwrap();
        assert_eq!(now.secret, outside);
        assert_eq!((now.generation, now.clocks), (inside.generation, inside.clocks));
        assert!(loose(&store, &inside).await.is_empty(), "a sealed value goes with the row");
        assert!(!moves.relocate(&inside, &outside, at(1)).await.unwrap(), "done already");

        assert!(moves.relocate(&now, &secret("fx1.again"), at(2)).await.unwrap());
        assert_eq!(stored(&store.database, &inside).await.unwrap().secret, secret("fx1.again"));
        let old = (Some(outside.value), at(2) + LooseSecret::GRACE);
        assert_eq!(loose(&store, &inside).await, [old]);
        let found = store.database.find(&alice(), connection.id).await.unwrap().unwrap();
        assert_eq!(found, connection, "the seller sees nothing of it");
    }

    async fn a_credential_that_changed_or_went_meanwhile_is_not_moved(store: Store) {
        let connection = store.insert(&alice(), "1").await;
        let seen = store.database.find_with_credential(&alice(), connection.id).await.unwrap().unwrap().1;
        let outside = google(&place(seen.id, 1), 1);
        keep(&store, &alice(), seen.id, &outside).await;
        let relocate = |seen| {
            let (database, outside) = (store.database.clone(), outside.clone());
            async move { moves(&database).relocate(&seen, &outside, at(0)).await.unwrap() }
        };
        let mut other_value = seen.clone();
        other_value.secret = secret("fx1.other");
        assert!(!relocate(other_value).await);
        let mut other_tenant = seen.clone();
        other_tenant.scope = scope("org-2", "alice");
        assert!(!relocate(other_tenant).await);
        // The same text in a later generation is another secret.
        let same_text = new_secret(Generation::FIRST, "fx1.sealed");
        let replaced = event(&connection, AuditKind::CredentialReplaced);
        store.database.update(connection.clone(), Some(same_text), replaced).await.unwrap();
        assert!(!relocate(seen.clone()).await);
        assert_eq!(loose(&store, &seen).await.len(), 1, "nothing was taken up");

        let mut current = seen.clone();
        current.generation = Generation::FIRST.next();
        let connection = store.database.find(&alice(), connection.id).await.unwrap().unwrap();
        delete(&store, &connection, at(0)).await;
        assert!(!relocate(current).await);
    }

    async fn a_copy_that_is_not_on_the_ledger_is_not_moved_to(store: Store) {
        let (_, credential) = insert(&store, "1").await;
        let elsewhere = google(&place(credential.id, 2), 1);
        let moved = moves(&store.database).relocate(&credential, &elsewhere, at(0)).await;
        assert!(matches!(moved, Err(StorageError::Conflict)), "{moved:?}");
        assert_eq!(stored(&store.database, &credential).await.unwrap(), credential);
        assert!(loose(&store, &credential).await.is_empty());
    }

    async fn residents_of_a_store_come_by_id_in_pages(store: Store) {
        let mut inside = Vec::new();
        for (organization, user) in [("org-2", "b"), ("org-1", "a"), ("org-3", "c"), ("org-1", "b")] {
            inside.push(store.insert(&scope(organization, user), "1").await.credential_id);
        }
        let (_, outside) = insert(&store, "x").await;
        let moves = moves(&store.database);
        let ids = |residents: Vec<fluxori_domain::Credential>| {
            residents.into_iter().map(|credential| credential.id).collect::<Vec<CredentialId>>()
        };
        let residents = |organization, after, limit| moves.residents(Backend::Database, organization, after, limit);
        assert_eq!(ids(residents(None, None, 10).await.unwrap()), inside);
        assert_eq!(ids(residents(None, None, 3).await.unwrap()), inside[..3]);
        assert_eq!(ids(residents(None, Some(inside[2]), 3).await.unwrap()), inside[3..]);
        assert!(residents(None, Some(inside[3]), 3).await.unwrap().is_empty());
        let first = OrganizationId::new("org-1").unwrap();
        let of_first = residents(Some(&first), None, 10).await.unwrap();
        assert_eq!(ids(of_first), [inside[1], inside[3]]);
        let outsiders = moves.residents(Backend::GoogleSecretManager, None, None, 10).await.unwrap();
        assert_eq!(outsiders, [outside]);

        let count = |backend, organization| moves.count(backend, organization);
        assert_eq!(count(Backend::Database, None).await.unwrap(), 4);
        assert_eq!(count(Backend::Database, Some(&first)).await.unwrap(), 2);
        assert_eq!(count(Backend::GoogleSecretManager, Some(&first)).await.unwrap(), 1);
        let nobody = OrganizationId::new("org-9").unwrap();
        assert_eq!(count(Backend::Database, Some(&nobody)).await.unwrap(), 0);
    }

    async fn a_census_counts_by_store_and_data_key(store: Store) {
        assert!(moves(&store.database).census().await.unwrap().is_empty());
        for digit in ['a', 'b'] {
            activate(&store, "org-1", digit).await;
        }
        for (account, key) in [("1", 'b'), ("2", 'a'), ("3", 'b')] {
            let mut new = new(&alice(), Marketplace::Takealot, Some(account));
            new.credential.secret = secret(&sealed(key));
            store.database.insert(new).await.unwrap();
        }
        insert(&store, "4").await;
        insert(&store, "5").await;
        let count = |backend, key: Option<char>, credentials| SecretCount {
            backend,
            data_key: key.map(|key| DataKeyId::new(&String::from(key).repeat(32)).unwrap()),
            credentials,
        };
        assert_eq!(moves(&store.database).census().await.unwrap(), [
            count(Backend::Database, Some('a'), 1),
            count(Backend::Database, Some('b'), 2),
            count(Backend::GoogleSecretManager, None, 2),
        ]);
    }
}
