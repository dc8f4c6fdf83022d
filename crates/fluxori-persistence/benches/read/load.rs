//! Many connections by one statement each table: one tenant, one Takealot account, one credential a number.

/// A sealed value of usual length.
const SECRET_LENGTH: usize = 400;

pub(crate) fn postgres(size: u32) -> String {
    statements(
        "lpad(to_hex(n), 32, '0')::uuid",
        "to_timestamp(1800000000 + n)",
        "true",
        "n::text",
        &format!("FROM generate_series(1, {size}) AS n"),
    )
}

pub(crate) fn sqlite(size: u32) -> String {
    let insert = statements(
        "unhex(printf('%032x', n))",
        "(1800000000 + n) * 1000000",
        "1",
        "cast(n AS TEXT)",
        "FROM numbers",
    );
    let numbers = format!(
        "CREATE TEMP TABLE numbers AS WITH RECURSIVE numbers(n) AS \
         (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {size}) SELECT n FROM numbers;"
    );
    format!("{numbers} BEGIN; {insert} COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")
}

fn statements(id: &str, time: &str, yes: &str, text: &str, from: &str) -> String {
    let secret = format!(
        "fx1.00112233445566778899aabbccddeeff.{}",
        "x".repeat(SECRET_LENGTH - 37)
    );
    let details = r#"{"marketplace":"takealot","apiSurface":"marketplace","sellerId":29841234,"countries":["ZA"]}"#;
    format!(
        "INSERT INTO credentials (organization_id, user_id, id, marketplace, auth_type, generation, backend, \
         secret, access_expires_at) \
         SELECT {text}, {text}, {id}, 'takealot', 'api_key', 1, 'database', '{secret}', NULL {from}; \
         INSERT INTO connections (organization_id, user_id, id, marketplace, auth_type, label, account_id, \
         account_name, details, status, status_reason, is_default, credential_id, version, created_at, \
         updated_at) \
         SELECT {text}, {text}, {id}, 'takealot', 'api_key', 'Shop', {text}, 'Shop', '{details}', \
         'connected', 'ok', {yes}, {id}, 1, {time}, {time} {from};"
    )
}
