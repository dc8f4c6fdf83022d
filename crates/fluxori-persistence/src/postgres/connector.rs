use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use fluxori_domain::telemetry::events;
use secrecy::ExposeSecret as _;
use tokio::runtime::Handle;
use tokio_postgres::{
    Client, Config, Connection, Socket, config::Host, error::SqlState, tls::MakeTlsConnect,
};

use super::{
    SERVER_PATIENCE, address,
    tls::{self, Tls},
};
use crate::{DatabaseError, DatabaseSettings};

/// Opens connections, always on the runtime it was made on: a caller's own runtime may end before the connection.
pub(crate) struct Connector {
    config: Config,
    tls: Tls,
    timeout: Duration,
    runtime: Handle,
}

impl Connector {
    pub(super) fn new(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: the driver needs the address with its password"
        )]
        let url = settings.url.expose_secret();
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
            config,
            timeout: settings.connect_timeout,
            runtime: Handle::current(),
        })
    }

    pub(super) const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Server, database and user; never the password.
    pub(super) fn description(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => "the default host".to_owned(),
        };
        let database = self.config.get_dbname().unwrap_or("the default database");
        format!("PostgreSQL at {host}, {database}")
    }

    /// Opens a connection on the present runtime, for whoever drives it.
    pub(super) async fn open_bare(&self) -> Result<(Client, BareConnection), DatabaseError> {
        match tokio::time::timeout(self.timeout, self.config.connect(self.tls.clone())).await {
            Ok(opened) => opened.map_err(explain),
            Err(elapsed) => Err(DatabaseError::Unreachable(Box::new(elapsed))),
        }
    }

    /// Opens a connection. The flag is raised when it has ended, for whatever reason.
    pub(super) async fn open(&self) -> Result<(AsyncPgConnection, Arc<AtomicBool>), DatabaseError> {
        let config = self.config.clone();
        let tls = self.tls.clone();
        let timeout = self.timeout;
        let task = self
            .runtime
            .spawn(async move { tokio::time::timeout(timeout, open(config, tls)).await });
        match task.await {
            Ok(Ok(result)) => result,
            Ok(Err(elapsed)) => Err(DatabaseError::Unreachable(Box::new(elapsed))),
            Err(error) => Err(DatabaseError::Unreachable(Box::new(error))),
        }
    }
}

/// A connection that its user drives, and so hears everything that the server says.
pub(super) type BareConnection = Connection<Socket, <Tls as MakeTlsConnect<Socket>>::Stream>;

async fn open(
    config: Config,
    tls: Tls,
) -> Result<(AsyncPgConnection, Arc<AtomicBool>), DatabaseError> {
    let (client, connection) = config.connect(tls).await.map_err(explain)?;
    let closed = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&closed);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(
                event = events::DATABASE_CONNECTION_ENDED,
                %error,
                "a connection to the database ended"
            );
        }
        ended.store(true, Ordering::Release);
    });
    let mut connection = AsyncPgConnection::try_from(client)
        .await
        .map_err(|error| DatabaseError::Unreachable(Box::new(error)))?;
    let patience = SERVER_PATIENCE.as_millis();
    connection
        .batch_execute(&format!(
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED; \
             SET plan_cache_mode = force_generic_plan; \
             SET statement_timeout = {patience}; \
             SET lock_timeout = {patience}; \
             SET idle_in_transaction_session_timeout = {patience}"
        ))
        .await
        .map_err(|error| DatabaseError::Unreachable(Box::new(error)))?;
    Ok((connection, closed))
}

/// What a refused connection means for whoever runs this.
fn explain(error: tokio_postgres::Error) -> DatabaseError {
    match error.code() {
        Some(&(SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION)) => {
            DatabaseError::LoginRefused(Box::new(error))
        }
        Some(&SqlState::INVALID_CATALOG_NAME) => DatabaseError::NoSuchDatabase(Box::new(error)),
        _ => DatabaseError::Unreachable(Box::new(error)),
    }
}
