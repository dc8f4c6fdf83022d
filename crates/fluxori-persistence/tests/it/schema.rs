//! Migrations, and what is said about databases that are not ready.

use std::{fs, path::PathBuf};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query,
    sql_types::Text,
};
use fluxori_persistence::{Database, DatabaseError, SchemaState};
use fluxori_test_support::database::TestDatabase;

use crate::support::{Store, on_both, raw, settings, sqlite_path};

/// How many migrations there are.
const ALL: usize = 22;

/// The statements of all migrations in one direction, in the order in which they run.
fn statements(dialect: &str, file: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(dialect);
    let mut migrations: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    migrations.sort();
    if file == "down.sql" {
        migrations.reverse();
    }
    let read = |migration: &PathBuf| fs::read_to_string(migration.join(file)).unwrap();
    migrations.iter().map(read).collect()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Tables, columns with their nullability, and indexes, a line each, in words that both databases share.
fn shape(place: &TestDatabase) -> String {
    let lines = match sqlite_path(place) {
        Some(path) => {
            let lines: Vec<Line> = sql_query(
                "SELECT t.name || '.' || c.name || iif(c.\"notnull\", ' not null', '') AS line \
                 FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' \
                 UNION ALL SELECT 'index ' || name FROM sqlite_schema \
                 WHERE type = 'index' AND name NOT LIKE 'sqlite_%'",
            )
            .load(&mut SqliteConnection::establish(path).unwrap())
            .unwrap();
            lines
                .into_iter()
                .map(|line| line.line)
                .collect::<Vec<_>>()
                .join("\n")
        }
        None => place
            .psql(
                "SELECT table_name || '.' || column_name \
                 || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END \
                 FROM information_schema.columns WHERE table_schema = 'public' \
                 UNION ALL SELECT 'index ' || indexname FROM pg_indexes \
                 WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'",
            )
            .unwrap(),
    };
    let mut lines: Vec<_> = lines
        .lines()
        .filter(|line| !line.starts_with("__diesel_schema_migrations"))
        .collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn dialect(place: &TestDatabase) -> &'static str {
    if sqlite_path(place).is_some() {
        "sqlite"
    } else {
        "postgresql"
    }
}

#[tokio::test]
async fn both_dialects_make_the_same_tables_columns_and_indexes() {
    let postgres = Store::postgres().await;
    let sqlite = Store::sqlite().await;
    let shape = shape(&postgres.place);
    assert_eq!(shape, self::shape(&sqlite.place));
    assert!(shape.contains("connections.account_id\n"), "{shape}");
    assert!(shape.contains("connections.label not null\n"), "{shape}");
}

#[tokio::test]
async fn every_key_of_tenants_rows_begins_with_the_organization() {
    let postgres = Store::postgres().await;
    let foreign = postgres
        .place
        .psql(
            "SELECT i.indexrelid::regclass FROM pg_index i \
             JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] \
             WHERE n.nspname = 'public' AND t.relname <> '__diesel_schema_migrations' \
             AND i.indisunique AND a.attname <> 'organization_id' ORDER BY i.indexrelid",
        )
        .unwrap();
    // A callback, a delivery and a cookie say nothing of the tenant, and background work, the installation and its master
    // keys belong to none.
    let others = "oauth_flows_pkey\nworker_leases_pkey\nwebhook_deliveries_pkey\ninstallation_pkey\nsessions_pkey\nretired_master_keys_pkey\n";
    assert_eq!(foreign, others);
}

on_both! {
    async fn migrations_can_be_taken_back_and_run_again(store: Store) {
        let before = shape(&store.place);
        for statements in statements(dialect(&store.place), "down.sql") {
            store.raw(&statements);
        }
        assert_eq!(shape(&store.place), "", "down takes back everything");
        for statements in statements(dialect(&store.place), "up.sql") {
            store.raw(&statements);
        }
        assert_eq!(shape(&store.place), before);
    }

    async fn migrating_again_changes_nothing(store: Store) {
        assert_eq!(Database::migrate(&settings(&store.place)).await.unwrap(), Vec::<String>::new());
        assert_eq!(store.database.schema_state().await.unwrap(), SchemaState::Current);
    }

    async fn a_missing_migration_is_counted_and_refused(store: Store) {
        store.raw(
            "DELETE FROM __diesel_schema_migrations \
             WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
        );
        assert_eq!(store.database.schema_state().await.unwrap(), SchemaState::Behind(1));
        let refused = Database::connect(&settings(&store.place)).await.unwrap_err();
        assert!(matches!(refused, DatabaseError::SchemaBehind { missing: 1 }), "{refused:?}");
        assert!(refused.to_string().contains("fluxori-server migrate"));
    }

    async fn the_schema_of_a_newer_release_that_only_added_to_it_is_used(store: Store) {
        store.raw("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')");
        let newer = SchemaState::Newer(vec!["29990101000000".to_owned()]);
        assert_eq!(store.database.schema_state().await.unwrap(), newer);
        let settings = settings(&store.place);
        Database::connect(&settings).await.unwrap();
        assert_eq!(Database::migrate(&settings).await.unwrap(), Vec::<String>::new());
        assert_eq!(store.database.schema_state().await.unwrap(), newer);
    }

    async fn the_schema_of_a_release_that_took_something_away_is_refused_and_left_alone(store: Store) {
        store.raw("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000from999.0.0')");
        let ahead = SchemaState::Ahead(vec!["29990101000000from999.0.0".to_owned()]);
        assert_eq!(store.database.schema_state().await.unwrap(), ahead);
        let settings = settings(&store.place);
        for refused in [
            Database::connect(&settings).await.map(|_| ()),
            Database::migrate(&settings).await.map(|_| ()),
        ] {
            assert!(
                matches!(refused, Err(DatabaseError::SchemaAhead { unknown: 1 })),
                "{refused:?}"
            );
        }
    }
}

async fn programs_that_migrate_at_once_run_each_migration_once(place: TestDatabase) {
    let migrate = || {
        let settings = settings(&place);
        tokio::spawn(async move { Database::migrate(&settings).await.unwrap() })
    };
    let (first, second, third) = (migrate(), migrate(), migrate());
    let mut applied = first.await.unwrap();
    applied.extend(second.await.unwrap());
    applied.extend(third.await.unwrap());
    applied.sort();
    assert_eq!(applied.len(), ALL, "{applied:?}");
    applied.dedup();
    assert_eq!(applied.len(), ALL, "{applied:?}");
    Database::connect(&settings(&place)).await.unwrap();
}

async fn an_empty_database_is_refused(place: TestDatabase) -> DatabaseError {
    Database::connect(&settings(&place)).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_migrate_postgresql_at_once_run_each_migration_once() {
    programs_that_migrate_at_once_run_each_migration_once(TestDatabase::postgres()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_migrate_sqlite_at_once_run_each_migration_once() {
    programs_that_migrate_at_once_run_each_migration_once(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn an_empty_database_of_postgresql_lacks_every_migration() {
    let refused = an_empty_database_is_refused(TestDatabase::postgres()).await;
    assert!(
        matches!(refused, DatabaseError::SchemaBehind { missing: ALL }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_sqlite_file_that_does_not_exist_is_not_made_by_connecting() {
    let place = TestDatabase::sqlite();
    let path = PathBuf::from(sqlite_path(&place).unwrap());
    let refused = an_empty_database_is_refused(place).await;
    assert!(matches!(refused, DatabaseError::NoSuchFile), "{refused:?}");
    assert!(refused.to_string().contains("fluxori-server migrate"));
    assert!(!path.exists());
}

#[tokio::test]
async fn an_empty_sqlite_file_lacks_every_migration() {
    let place = TestDatabase::sqlite();
    raw(&place, "PRAGMA user_version = 1");
    let refused = Database::connect(&settings(&place)).await.unwrap_err();
    assert!(
        matches!(refused, DatabaseError::SchemaBehind { missing: ALL }),
        "{refused:?}"
    );
}

/// Like the shipped server's own: one thread that does everything.
#[tokio::test(flavor = "current_thread")]
async fn migrating_works_on_a_runtime_of_one_thread() {
    let place = TestDatabase::postgres();
    assert_eq!(
        Database::migrate(&settings(&place)).await.unwrap().len(),
        ALL
    );
}

/// What the guide says of databases that spread tables over machines.
#[tokio::test]
async fn the_guide_names_the_tables_that_may_be_spread_by_organization() {
    let store = Store::postgres().await;
    // Every unique key, primary ones included, and every reference has the organization, and the primary key begins with it.
    let by_organization = "\
        SELECT t.relname, bool_and(a.attnum IS NOT NULL AND ( \
            (k.keys)[0] = a.attnum OR NOT k.is_primary AND a.attnum = ANY (k.keys))) \
        FROM pg_class t LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'organization_id' \
        JOIN (SELECT indrelid AS of, indkey::int2[] AS keys, indisprimary AS is_primary FROM pg_index WHERE indisunique \
              UNION ALL SELECT conrelid, ('[0:' || cardinality(conkey) - 1 || ']=' || conkey::text)::int2[], false \
              FROM pg_constraint WHERE contype = 'f') AS k ON k.of = t.oid \
        WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_\\_%' \
        GROUP BY t.relname ORDER BY t.relname";
    let tables = store.place.psql(by_organization).unwrap();
    let mut told: Vec<String> = include_str!("../../../../docs/guides/scale.md")
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
            let spread = match rest.split([' ', ':']).next()? {
                "yes" => "t",
                "no" => "f",
                _ => return None,
            };
            Some(format!("{name}|{spread}\n"))
        })
        .collect();
    told.sort();
    assert_eq!(told.concat(), tables);
}
