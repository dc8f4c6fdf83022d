//! Every read of a tenant's rows finds them by an index, and sorts nothing but the few of one tenant for the first of them.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    thread::{self, Thread},
};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_query,
    sql_types::Text,
};
use fluxori_domain::{
    Backend, ConnectionFilter, CredentialId, DataKeyId, Marketplace, PageRequest, SecretHash,
    ports::{AuditReader as _, ConnectionRepository as _, Selector},
};
use fluxori_persistence::Database;
use futures_util::future::join_all;

use crate::{
    outside::{ledger, moves},
    sessions::sessions,
    support::{Store, account, alice, at, keys, settings, sqlite_path},
};

/// Statements of this process as the drivers sent them, with the thread that did.
static SEEN: Mutex<Vec<(Thread, String)>> = Mutex::new(Vec::new());

#[expect(
    clippy::unnecessary_wraps,
    reason = "the signature that diesel asks for"
)]
fn watch() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let statement = text.split(" -- binds").next().unwrap_or_default();
            let statement = (thread::current(), statement.to_owned());
            SEEN.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(statement);
        }
    }))
}

/// The statements behind every read of one tenant's rows.
async fn statements_of_reads(store: &Store) -> BTreeSet<String> {
    set_default_instrumentation(watch).unwrap();
    let database = Database::connect(&settings(&store.place)).await.unwrap();
    let alice = alice();
    let id = store.insert(&alice, "1").await.id;
    let before = SEEN.lock().unwrap_or_else(PoisonError::into_inner).len();
    let page = PageRequest {
        after: Some(fluxori_domain::Cursor::after(*id.as_uuid())),
        limit: 20,
    };
    let filter = ConnectionFilter {
        expiring_by: None,
        marketplace: Some(Marketplace::Takealot),
        status: None,
    };
    let key = DataKeyId::new(&"0".repeat(32)).unwrap();

    database.find(&alice, id).await.unwrap();
    database
        .find_account(&alice, Marketplace::Takealot, &account("1"))
        .await
        .unwrap();
    database.find_with_credential(&alice, id).await.unwrap();
    database
        .list(&alice, filter, PageRequest::default())
        .await
        .unwrap();
    database
        .list(&alice, ConnectionFilter::default(), page)
        .await
        .unwrap();
    database.overview(&alice).await.unwrap();
    for selector in [
        Selector::Default,
        Selector::Account(account("1")),
        Selector::Connection(id),
    ] {
        database
            .read_credential(&alice, Marketplace::Takealot, &selector)
            .await
            .unwrap();
    }
    database.events(&alice, id, page).await.unwrap();
    database.owner(&alice.organization, id).await.unwrap();
    keys(&database).active(&alice.organization).await.unwrap();
    keys(&database)
        .find(&alice.organization, &key)
        .await
        .unwrap();
    let credential = CredentialId::from_uuid(*id.as_uuid());
    let ledger = ledger(&database);
    ledger.of_credential(&alice, credential).await.unwrap();
    ledger.due(at(0), 20).await.unwrap();
    ledger.known(&[credential]).await.unwrap();
    moves(&database)
        .residents(Backend::Database, None, Some(credential), 20)
        .await
        .unwrap();
    sessions(&database)
        .find(SecretHash([1; 32]), at(0))
        .await
        .unwrap();
    let together =
        (0..8).map(|_| database.read_credential(&alice, Marketplace::Takealot, &Selector::Default));
    join_all(together).await;
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let ours = |thread: &Thread| {
        thread.id() == thread::current().id() || thread.name() == Some("sqlite-lists")
    };
    let reads: BTreeSet<_> = seen[before..]
        .iter()
        .filter(|(thread, statement)| ours(thread) && statement.contains("organization_id"))
        .map(|(_, statement)| statement.clone())
        .collect();
    assert!(reads.len() >= 20, "{reads:#?}");
    reads
}

/// What runs out next is told by two columns, of which no index knows the smaller.
fn sorts_for_the_first(statement: &str) -> bool {
    statement.contains("CASE WHEN") && statement.contains("LIMIT")
}

/// Enough rows that reading all of them would be the worse plan: one organization with many users.
fn fill(store: &Store) {
    let (id, hash, time, from) = match sqlite_path(&store.place) {
        Some(_) => (
            "unhex(printf('%032x', n))",
            "unhex(printf('%064x', n))",
            "n",
            "FROM (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers \
             WHERE n < 20000) SELECT n FROM numbers)",
        ),
        None => (
            "lpad(to_hex(n), 32, '0')::uuid",
            "decode(lpad(to_hex(n), 64, '0'), 'hex')",
            "to_timestamp(n)",
            "FROM generate_series(1, 20000) AS n",
        ),
    };
    store.raw(&format!(
        "INSERT INTO credentials SELECT 'org-1', 'user-' || n, {id}, 'takealot', 'api_key', 1, \
         'database', 'x', NULL, NULL, NULL, NULL {from};
         INSERT INTO connections SELECT 'org-1', 'user-' || n, {id}, 'takealot', 'api_key', 'L', 'a', NULL, \
         '{{}}', 'pending', NULL, NULL, NULL, NULL, NULL, true, {id}, 1, {time}, {time}, NULL, false {from};
         INSERT INTO audit_events SELECT 'org-1', 'user-' || n, {id}, {id}, 'takealot', 'k', 's', \
         NULL, NULL, NULL, NULL, {time}, 1, NULL, NULL, NULL {from};
         INSERT INTO loose_secrets SELECT 'org-1', 'user-' || n, {id}, {id}, 'google_secret_manager', 'p', NULL, \
         {time}, NULL {from};
         INSERT INTO sessions SELECT {hash}, 'session', 'org-1', 'user-' || n, false, {time}, NULL {from};
         INSERT INTO data_keys SELECT 'owner-' || n, 'k', 'm', 'w', true, {time} {from};
         ANALYZE"
    ));
}

fn parameters(statement: &str) -> usize {
    (1..20)
        .take_while(|n| statement.contains(&format!("${n}")))
        .count()
}

/// What PostgreSQL does for a statement, whatever its parameters are.
fn plan(store: &Store, statement: &str) -> String {
    let nulls = vec!["NULL"; parameters(statement)].join(", ");
    let explain = format!(
        "SET plan_cache_mode = force_generic_plan; PREPARE q AS {statement}; \
         EXPLAIN (COSTS OFF) EXECUTE q({nulls})"
    );
    store.place.psql(&explain).unwrap()
}

#[tokio::test]
async fn reads_of_postgresql_are_index_scans_without_sorting() {
    let store = Store::postgres().await;
    let statements = statements_of_reads(&store).await;
    // As long as nothing is known of the rows, which is when the planner takes every user to have a single one.
    for statement in &statements {
        let plan = plan(&store, statement);
        assert!(!plan.contains("Join Filter"), "{statement}\n{plan}");
    }
    fill(&store);
    let mut busiest = Vec::new();
    for statement in statements {
        let plan = plan(&store, &statement);
        assert!(
            plan.contains("Index") && !plan.contains("Seq Scan"),
            "{statement}\n{plan}"
        );
        let sorts = sorts_for_the_first(&statement);
        assert_eq!(plan.contains("Sort"), sorts, "{statement}\n{plan}");
        // The default of one tenant, and of several at once.
        let of_one = statement.contains("\"is_default\" DESC") && parameters(&statement) == 6;
        if of_one || statement.contains("unnest") {
            busiest.push(plan);
        }
    }
    assert_eq!(busiest.len(), 2);
    for plan in busiest {
        assert!(
            plan.contains("Index Scan Backward using connections_default_first"),
            "{plan}"
        );
        assert!(plan.contains("Index Scan using credentials_pkey"), "{plan}");
        // By the whole key: nothing is read and then thrown away.
        assert!(!plan.contains("Filter"), "{plan}");
        assert!(plan.contains(".credential_id)"), "{plan}");
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[tokio::test]
async fn reads_of_sqlite_are_searches_without_sorting() {
    let store = Store::sqlite().await;
    fill(&store);
    let mut connection = SqliteConnection::establish(sqlite_path(&store.place).unwrap()).unwrap();
    let mut busiest = Vec::new();
    for statement in statements_of_reads(&store).await {
        let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
            .load(&mut connection)
            .unwrap();
        let mut steps: Vec<_> = steps.into_iter().map(|step| step.detail).collect();
        if sorts_for_the_first(&statement) {
            steps.retain(|step| !step.starts_with("USE TEMP B-TREE FOR"));
        }
        assert!(
            steps
                .iter()
                .all(|step| step.starts_with("SEARCH") && step.contains("USING")),
            "{statement}\n{steps:#?}"
        );
        if statement.contains("`is_default` DESC") && statement.matches('?').count() == 6 {
            busiest = steps;
        }
    }
    assert!(
        busiest[0].contains("USING INDEX connections_default_first"),
        "{busiest:#?}"
    );
    assert!(
        busiest[1].contains("sqlite_autoindex_credentials_1"),
        "{busiest:#?}"
    );
}
