//! A fresh database for each test, and things to put into it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    Connection as _, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _,
    dsl::sql, sql_types::BigInt,
};
use fluxori_domain::{
    AccountDetails, AccountId, AmazonDetails, AmazonRegion, AuditEvent, AuditEventId, AuditKind,
    AuthType, Backend, Clocks, Connection, ConnectionId, ConnectionStatus, Credential,
    CredentialId, Generation, Label, Marketplace, OrganizationId, SecretText, ServiceName,
    StoredSecret, TakealotDetails, TakealotSurface, TenantScope, UserId, XeroDetails,
    ports::{ConnectionRepository as _, CredentialChange, DataKeyRepository, NewConnection},
};
use fluxori_persistence::{Database, DatabaseSettings};
use fluxori_test_support::database::{PgBouncer, PostgresServer, TestDatabase};

/// Makes each test for each database, `async fn name(store: Store) { … }`, and once more for PostgreSQL behind a pooler that
/// gives every transaction a session that nobody had before.
macro_rules! on_both {
    ($(async fn $name:ident($store:ident: Store) $body:block)+) => {
        $(async fn $name($store: $crate::support::Store) $body)+

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::support::Store::postgres().await).await;
                }
            )+
        }

        mod pooled {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::support::Store::pooled().await).await;
                }
            )+
        }

        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::support::Store::sqlite().await).await;
                }
            )+
        }
    };
}
pub(crate) use on_both;

/// A migrated database of one test.
pub(crate) struct Store {
    pub(crate) database: Database,
    pub(crate) place: TestDatabase,
    pub(crate) _pooler: Option<PgBouncer>,
}

pub(crate) fn settings(place: &TestDatabase) -> DatabaseSettings {
    DatabaseSettings::new(SecretText::copy_of(place.url()))
}

/// The same by way of a pooler.
pub(crate) fn behind(pooler: &PgBouncer, place: &TestDatabase) -> DatabaseSettings {
    let mut settings = DatabaseSettings::new(SecretText::copy_of(&pooler.url(place.name())));
    settings.direct_url = Some(SecretText::copy_of(place.url()));
    settings
}

impl Store {
    pub(crate) async fn postgres() -> Self {
        Self::migrated(TestDatabase::postgres()).await
    }

    pub(crate) async fn sqlite() -> Self {
        Self::migrated(TestDatabase::sqlite()).await
    }

    pub(crate) async fn pooled() -> Self {
        let place = TestDatabase::postgres();
        let pooler = PgBouncer::start(place.url(), &["server_lifetime=0"]).unwrap();
        let settings = behind(&pooler, &place);
        Database::migrate(&settings).await.unwrap();
        Self {
            database: Database::connect(&settings).await.unwrap(),
            place,
            _pooler: Some(pooler),
        }
    }

    async fn migrated(place: TestDatabase) -> Self {
        Database::migrate(&settings(&place)).await.unwrap();
        Self {
            database: Database::connect(&settings(&place)).await.unwrap(),
            place,
            _pooler: None,
        }
    }

    /// Runs statements past every rule of ours.
    pub(crate) fn raw(&self, statements: &str) {
        raw(&self.place, statements);
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> i64 {
        let query = format!("SELECT count(*) FROM {table}");
        match sqlite_path(&self.place) {
            Some(path) => sql::<BigInt>(&query)
                .get_result(&mut SqliteConnection::establish(path).unwrap())
                .unwrap(),
            None => self.place.psql(&query).unwrap().trim().parse().unwrap(),
        }
    }

    /// Stores a new connection of an account.
    pub(crate) async fn insert(&self, scope: &TenantScope, account: &str) -> Connection {
        self.database
            .insert(new(scope, Marketplace::Takealot, Some(account)))
            .await
            .unwrap()
    }
}

/// Another program in the middle of a transaction, which it never commits. Needs PostgreSQL.
pub(crate) struct OpenTransaction(Child);

impl OpenTransaction {
    pub(crate) fn after(url: &str, statement: &str) -> Self {
        let program = PostgresServer::find_bin_dir().unwrap().join("psql");
        let mut psql = Command::new(program)
            .args(["-X", "-q", "-A", "-t", url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = psql.stdin.as_mut().unwrap();
        writeln!(input, "BEGIN; {statement}; SELECT 'done';").unwrap();
        let mut answer = String::new();
        let mut output = BufReader::new(psql.stdout.as_mut().unwrap());
        output.read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n");
        Self(psql)
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}

/// The database as what keeps data keys, whose methods are named like those of other ports.
pub(crate) fn keys(database: &Database) -> &dyn DataKeyRepository {
    database
}

/// The file of an SQLite database, or `None` for PostgreSQL.
pub(crate) fn sqlite_path(place: &TestDatabase) -> Option<&str> {
    place.url().strip_prefix("sqlite:")
}

pub(crate) fn raw(place: &TestDatabase, statements: &str) {
    match sqlite_path(place) {
        Some(path) => SqliteConnection::establish(path)
            .unwrap()
            .batch_execute(statements)
            .unwrap(),
        None => {
            place.psql(statements).unwrap();
        }
    }
}

pub(crate) fn scope(organization: &str, user: &str) -> TenantScope {
    TenantScope::new(
        OrganizationId::new(organization).unwrap(),
        UserId::new(user).unwrap(),
    )
}

pub(crate) fn alice() -> TenantScope {
    scope("org-1", "alice")
}

/// So many seconds after the time at which all tests begin.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 123_456_000).unwrap() + TimeDelta::seconds(seconds)
}

/// A time that no one had before, so that ids made at it are in order.
pub(crate) fn later() -> DateTime<Utc> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    at(i64::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

pub(crate) fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

pub(crate) fn secret(value: &str) -> StoredSecret {
    StoredSecret {
        backend: Backend::Database,
        value: value.to_owned(),
    }
}

pub(crate) fn details(marketplace: Marketplace) -> AccountDetails {
    match marketplace {
        Marketplace::Amazon => AccountDetails::Amazon(AmazonDetails {
            region: AmazonRegion::Europe,
            selling_partner_id: "A1".to_owned(),
            marketplace_ids: vec!["M1".to_owned()],
            countries: vec![],
        }),
        Marketplace::Xero => AccountDetails::Xero(XeroDetails {
            tenant_id: None,
            connection_id: None,
            tenant_type: Some("ORGANISATION".to_owned()),
        }),
        _ => AccountDetails::Takealot(TakealotDetails {
            api_surface: TakealotSurface::Marketplace,
            seller_id: Some(7),
            countries: vec!["ZA".to_owned()],
        }),
    }
}

/// A connection and its credential, nothing about them chosen but what is said.
pub(crate) fn new(
    scope: &TenantScope,
    marketplace: Marketplace,
    account: Option<&str>,
) -> NewConnection {
    let now = later();
    let credential = Credential {
        id: CredentialId::make(now),
        scope: scope.clone(),
        marketplace,
        auth_type: AuthType::ApiKey,
        generation: Generation::FIRST,
        secret: secret("fx1.sealed"),
        clocks: Clocks {
            access_expires_at: Some(at(3600)),
            ..Clocks::default()
        },
    };
    let connection = Connection {
        id: ConnectionId::make(now),
        scope: scope.clone(),
        marketplace,
        auth_type: AuthType::ApiKey,
        label: Label::new("Shop – Ελλάδα 🏪").unwrap(),
        account_id: account.map(self::account),
        account_name: Some("O'Shop \"1\"".to_owned()),
        details: details(marketplace),
        status: ConnectionStatus::Pending,
        last_check: None,
        last_sync: None,
        is_default: false,
        credential_id: credential.id,
        clocks: credential.clocks,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    NewConnection {
        event: event(&connection, AuditKind::Created),
        connection,
        credential,
        completes: None,
    }
}

pub(crate) fn event(connection: &Connection, kind: AuditKind) -> AuditEvent {
    let now = later();
    AuditEvent {
        id: AuditEventId::make(now),
        scope: connection.scope.clone(),
        actor: None,
        connection: connection.id,
        marketplace: connection.marketplace,
        kind,
        service: ServiceName::new("tests").unwrap(),
        purpose: None,
        generation: None,
        outcome: None,
        request_id: None,
        at: now,
        occurrences: 1,
    }
}

pub(crate) fn new_secret(expected: Generation, value: &str) -> CredentialChange {
    CredentialChange {
        expected,
        secret: secret(value),
        clocks: Clocks::default(),
    }
}
