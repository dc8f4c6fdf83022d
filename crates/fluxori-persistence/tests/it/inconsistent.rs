//! Rows that this program never writes are reported, with where they are.

use fluxori_domain::{
    ConnectionFilter, DataKeyId, Marketplace, MasterKeyId, OrganizationId, PageRequest,
    ports::{
        AuditReader as _, ConnectionRepository as _, SecretMoves, Selector, StorageError,
        WrappedDataKey,
    },
};

use crate::support::{Store, alice, at, keys, on_both, sqlite_path};

fn assert_inconsistent<T: std::fmt::Debug>(
    result: Result<T, StorageError>,
    expected: (&str, &str, &str),
) {
    match result {
        Err(StorageError::Inconsistent { table, column, row }) => {
            assert_eq!((table, column, row.as_str()), expected);
        }
        other => panic!("{expected:?}: {other:?}"),
    }
}

/// A time that the database can hold and the calendar of this program cannot.
fn beyond_the_calendar(store: &Store) -> &'static str {
    match sqlite_path(&store.place) {
        Some(_) => "9223372036854775807",
        None => "'290000-01-01 00:00:00+00'",
    }
}

on_both! {
    async fn a_bad_connection_is_reported_with_table_column_and_row(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let far = beyond_the_calendar(&store);
        for (column, value) in [
            ("auth_type", "'telepathy'"),
            ("label", "''"),
            ("account_id", "''"),
            ("details", "'{}'"),
            ("details", r#"'{"marketplace":"xero"}'"#),
            ("status", "'resting'"),
            ("status", "'connected'"), // without its reason
            ("status_reason", "'because'"),
            ("updated_at", far),
        ] {
            let row = store.database.find(&alice, stored.id).await.unwrap();
            assert_eq!(row.as_ref(), Some(&stored), "restored after the round before");
            store.raw(&format!("CREATE TABLE kept AS SELECT * FROM connections; UPDATE connections SET {column} = {value}"));
            let place = ("connections", column, &*stored.id.to_string());
            assert_inconsistent(store.database.find(&alice, stored.id).await, place);
            let page = store.database.list(&alice, ConnectionFilter::default(), PageRequest::default());
            assert_inconsistent(page.await, place);
            if !matches!(column, "auth_type" | "label" | "updated_at") {
                let read = store.database.read_credential(&alice, Marketplace::Takealot, &Selector::Default);
                assert_inconsistent(read.await, place);
            }
            store.raw(&format!("UPDATE connections SET {column} = (SELECT {column} FROM kept); DROP TABLE kept"));
        }
    }

    async fn a_bad_credential_is_reported_with_table_column_and_row(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let row = stored.credential_id.to_string();
        let far = beyond_the_calendar(&store);
        for (column, value) in [
            ("auth_type", "'telepathy'"),
            ("access_expires_at", far),
        ] {
            store.raw(&format!("CREATE TABLE kept AS SELECT * FROM credentials; UPDATE credentials SET {column} = {value}"));
            let place = ("credentials", column, &*row);
            assert_inconsistent(store.database.find_with_credential(&alice, stored.id).await, place);
            let read = store.database.read_credential(&alice, Marketplace::Takealot, &Selector::Default);
            assert_inconsistent(read.await, place);
            store.raw(&format!("UPDATE credentials SET {column} = (SELECT {column} FROM kept); DROP TABLE kept"));
        }
    }

    async fn a_sealed_value_that_names_no_data_key_is_reported_with_table_column_and_row(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        let moves: &dyn SecretMoves = &store.database;
        for secret in ["fx1.sealed", "fx1.", "fx1", ""] {
            store.raw(&format!("UPDATE credentials SET secret = '{secret}'"));
            let place = ("credentials", "secret", &*stored.credential_id.to_string());
            assert_inconsistent(moves.census().await, place);
        }
    }

    async fn a_bad_event_is_reported_with_table_column_and_row(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let events = store.database.events(&alice, stored.id, PageRequest::default()).await.unwrap();
        let row = events.items[0].id.to_string();
        store.raw("UPDATE audit_events SET kind = 'connection.dreamt'");
        let events = store.database.events(&alice, stored.id, PageRequest::default()).await;
        assert_inconsistent(events, ("audit_events", "kind", &row));
    }

    async fn a_bad_data_key_is_reported_with_table_column_and_row(store: Store) {
        let owner = OrganizationId::new("org-1").unwrap();
        let id = DataKeyId::new(&"1".repeat(32)).unwrap();
        let key = WrappedDataKey {
            id: id.clone(),
            organization: owner.clone(),
            master_key: MasterKeyId::new(&"a".repeat(16)).unwrap(),
            wrapped: "w".to_owned(),
            created_at: at(0),
        };
        keys(&store.database).insert_first(key).await.unwrap();
        store.raw("UPDATE data_keys SET master_key_id = 'A'");
        let place = ("data_keys", "master_key_id", id.as_str());
        assert_inconsistent(keys(&store.database).active(&owner).await, place);
        assert_inconsistent(keys(&store.database).find(&owner, &id).await, place);
        assert_inconsistent(keys(&store.database).master_keys().await, place);
    }
}
