use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use diesel::connection::CacheSize;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use fluxori_domain::{SecretText, telemetry::events};
use secrecy::ExposeSecret as _;
use tokio::{runtime::Handle, time::timeout};
use tokio_postgres::{
    Client, Config, Connection, Socket, config::Host, error::SqlState, tls::MakeTlsConnect,
};

use super::{
    SERVER_PATIENCE, address,
    sessions::Sessions,
    tls::{self, Tls},
};
use crate::{DatabaseError, DatabaseSettings};

/// Opens connections, on the runtime it was made on unless the caller says otherwise: a caller's own runtime may end before the
/// connection.
pub(crate) struct Connector {
    /// At least one: those that the address names, of which one takes changes.
    servers: Vec<Config>,
    /// Which of them was the one, the last time.
    latest: AtomicUsize,
    tls: Tls,
    /// How long all of them together may take.
    timeout: Duration,
    runtime: Handle,
    sessions: Sessions,
}

impl Connector {
    /// To where everything goes that is said in one transaction.
    pub(super) fn new(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        let sessions = if settings.is_behind_pooler() {
            Sessions::Borrowed
        } else {
            Sessions::Ours
        };
        Self::to(&settings.url, sessions, settings)
    }

    /// To where a session is one's own.
    pub(super) fn direct(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        let url = settings.direct_url.as_ref().unwrap_or(&settings.url);
        Self::to(url, Sessions::Ours, settings)
    }

    fn to(
        url: &SecretText,
        sessions: Sessions,
        settings: &DatabaseSettings,
    ) -> Result<Self, DatabaseError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: the driver needs the address with its password"
        )]
        let url = url.expose_secret();
        let (mut config, root) = address::parse(url)?;
        config
            .connect_timeout(settings.connect_timeout)
            .tcp_user_timeout(SERVER_PATIENCE)
            .keepalives_idle(Duration::from_mins(1));
        if config.get_application_name().is_none() {
            config.application_name("fluxori");
        }
        Ok(Self {
            tls: tls::new(&config, root.as_deref())?,
            servers: address::servers(&config)?,
            latest: AtomicUsize::new(0),
            timeout: settings.connect_timeout,
            runtime: Handle::current(),
            sessions,
        })
    }

    pub(super) const fn sessions(&self) -> Sessions {
        self.sessions
    }

    pub(super) const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Servers and database; never the password.
    pub(super) fn description(&self) -> String {
        let hosts: Vec<String> = self.servers.iter().map(host).collect();
        let database = self.servers[0].get_dbname();
        let database = database.unwrap_or("the default database");
        format!("PostgreSQL at {}, {database}", hosts.join(" or "))
    }

    /// Opens a connection on the present runtime, for whoever drives it: to the server that took changes the last time, or
    /// else to the next that does.
    pub(super) async fn open_bare(&self) -> Result<(Client, BareConnection), DatabaseError> {
        let count = self.servers.len();
        let patience = self.timeout / u32::try_from(count).unwrap_or(u32::MAX);
        let latest = self.latest.load(Ordering::Relaxed);
        let mut failure = None;
        for number in (latest..latest + count).map(|turn| turn % count) {
            let opening = self.servers[number].connect(self.tls.clone());
            failure = match timeout(patience, opening).await {
                Ok(Ok(opened)) => {
                    self.latest.store(number, Ordering::Relaxed);
                    return Ok(opened);
                }
                Ok(Err(error)) => Some(explain(error)),
                Err(elapsed) => Some(DatabaseError::Unreachable(Box::new(elapsed))),
            };
        }
        Err(failure.expect("there is a server"))
    }

    /// Opens a connection on the present runtime, and with it the connection ends. The flag is raised then, or before.
    pub(super) async fn open_here(
        &self,
    ) -> Result<(AsyncPgConnection, Arc<AtomicBool>), DatabaseError> {
        let opened = timeout(self.timeout, open(self)).await;
        opened.unwrap_or_else(|elapsed| Err(DatabaseError::Unreachable(Box::new(elapsed))))
    }

    /// Opens a connection. The flag is raised when it has ended, for whatever reason.
    pub(super) async fn open(
        self: &Arc<Self>,
    ) -> Result<(AsyncPgConnection, Arc<AtomicBool>), DatabaseError> {
        let connector = Arc::clone(self);
        let task = self
            .runtime
            .spawn(async move { connector.open_here().await });
        task.await
            .unwrap_or_else(|error| Err(DatabaseError::Unreachable(Box::new(error))))
    }
}

fn host(server: &Config) -> String {
    match (server.get_hosts().first(), server.get_hostaddrs().first()) {
        (Some(Host::Tcp(name)), _) => name.clone(),
        (Some(Host::Unix(folder)), _) => folder.display().to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => "the default host".to_owned(),
    }
}

/// A connection that its user drives, and so hears everything that the server says.
pub(super) type BareConnection = Connection<Socket, <Tls as MakeTlsConnect<Socket>>::Stream>;

async fn open(
    connector: &Connector,
) -> Result<(AsyncPgConnection, Arc<AtomicBool>), DatabaseError> {
    let (client, connection) = connector.open_bare().await?;
    let closed = Arc::new(AtomicBool::new(false));
    let ended = RaiseAtTheEnd(Arc::clone(&closed));
    tokio::spawn(async move {
        let _ended = ended;
        if let Err(error) = connection.await {
            tracing::debug!(
                event = events::DATABASE_CONNECTION_ENDED,
                %error,
                "a connection to the database ended"
            );
        }
    });
    let unreachable =
        |error: Box<dyn std::error::Error + Send + Sync>| DatabaseError::Unreachable(error);
    if connector.sessions == Sessions::Borrowed {
        // What the driver prepares to set up a connection is closed before another session comes.
        let began = client.batch_execute("BEGIN").await;
        began.map_err(|error| unreachable(error.into()))?;
    }
    let mut connection = AsyncPgConnection::try_from(client)
        .await
        .map_err(|error| unreachable(error.into()))?;
    let set_up = match connector.sessions {
        Sessions::Ours => Sessions::set_up(),
        Sessions::Borrowed => {
            connection.set_prepared_statement_cache_size(CacheSize::Disabled);
            "COMMIT".to_owned()
        }
    };
    let set_up = connection.batch_execute(&set_up).await;
    set_up.map_err(|error| unreachable(error.into()))?;
    Ok((connection, closed))
}

/// Raises a flag when whoever drives the connection has come to an end, or its runtime has.
struct RaiseAtTheEnd(Arc<AtomicBool>);

impl Drop for RaiseAtTheEnd {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// What a refused connection means for whoever runs this.
fn explain(error: tokio_postgres::Error) -> DatabaseError {
    match error.code() {
        Some(&(SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION)) => {
            DatabaseError::LoginRefused(Box::new(error))
        }
        Some(&SqlState::INVALID_CATALOG_NAME) => DatabaseError::NoSuchDatabase(Box::new(error)),
        None if takes_no_changes(&error) => DatabaseError::NoPrimary(Box::new(error)),
        _ => DatabaseError::Unreachable(Box::new(error)),
    }
}

/// The driver says so in the words of the operating system, which would have given it a number.
fn takes_no_changes(error: &tokio_postgres::Error) -> bool {
    let cause = std::error::Error::source(error);
    cause
        .and_then(|cause| cause.downcast_ref::<io::Error>())
        .is_some_and(|cause| {
            cause.kind() == io::ErrorKind::PermissionDenied && cause.raw_os_error().is_none()
        })
}
