//! The reference on SQLite: the same columns by a plain prepared select, nothing around it.

use std::time::{Duration, Instant};

use diesel::{
    BoolExpressionMethods as _, Connection as _, ExpressionMethods as _, JoinOnDsl as _,
    QueryDsl as _, RunQueryDsl as _, SqliteConnection, allow_tables_to_appear_in_same_query,
    connection::SimpleConnection as _, table,
};

use crate::Dice;

table! {
    connections (organization_id, user_id, id) {
        organization_id -> Text,
        user_id -> Text,
        id -> Binary,
        marketplace -> Text,
        account_id -> Nullable<Text>,
        details -> Text,
        status -> Text,
        status_reason -> Nullable<Text>,
        is_default -> Bool,
        credential_id -> Binary,
        deleted_at -> Nullable<BigInt>,
    }
}

table! {
    credentials (organization_id, user_id, id) {
        organization_id -> Text,
        user_id -> Text,
        id -> Binary,
        auth_type -> Text,
        generation -> BigInt,
        backend -> Text,
        secret -> Text,
        access_expires_at -> Nullable<BigInt>,
        refresh_expires_at -> Nullable<BigInt>,
        authorisation_expires_at -> Nullable<BigInt>,
    }
}

allow_tables_to_appear_in_same_query!(connections, credentials);

type Connection = (
    Vec<u8>,
    Option<String>,
    String,
    String,
    Option<String>,
    bool,
);
type Clocks = (Option<i64>, Option<i64>, Option<i64>);
type Credential = (Vec<u8>, String, i64, String, String, Clocks);

pub(crate) fn execute(path: &str, statements: &str) {
    SqliteConnection::establish(path)
        .unwrap()
        .batch_execute(statements)
        .unwrap();
}

/// Reads a second by so many threads.
pub(crate) fn rate(path: &str, size: u32, threads: usize, turn: Duration) -> f64 {
    let started = Instant::now();
    let reads: u32 = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || read_until(path, size, thread, turn)))
            .collect();
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .sum()
    });
    f64::from(reads) / started.elapsed().as_secs_f64()
}

fn read_until(path: &str, size: u32, thread: usize, turn: Duration) -> u32 {
    let mut connection = SqliteConnection::establish(path).unwrap();
    connection
        .batch_execute("PRAGMA cache_size = -8000")
        .unwrap();
    let mut dice = Dice::new(thread);
    let started = Instant::now();
    let mut reads = 0;
    while started.elapsed() < turn {
        let tenant = dice.number(size).to_string();
        let rows: Vec<(Connection, Credential)> = connections::table
            .inner_join(
                credentials::table.on(credentials::organization_id
                    .eq(connections::organization_id)
                    .and(credentials::user_id.eq(connections::user_id))
                    .and(credentials::id.eq(connections::credential_id))),
            )
            .filter(connections::organization_id.eq(&tenant))
            .filter(connections::user_id.eq(&tenant))
            .filter(connections::deleted_at.is_null())
            .filter(connections::marketplace.eq("takealot"))
            .select((
                (
                    connections::id,
                    connections::account_id,
                    connections::details,
                    connections::status,
                    connections::status_reason,
                    connections::is_default,
                ),
                (
                    credentials::id,
                    credentials::auth_type,
                    credentials::generation,
                    credentials::backend,
                    credentials::secret,
                    (
                        credentials::access_expires_at,
                        credentials::refresh_expires_at,
                        credentials::authorisation_expires_at,
                    ),
                ),
            ))
            .order(connections::is_default.desc())
            .limit(2)
            .load(&mut connection)
            .unwrap();
        assert_eq!(rows.len(), 1);
        reads += 1;
    }
    reads
}
