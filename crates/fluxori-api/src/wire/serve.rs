use std::{fmt, io, net::SocketAddr, time::Duration};

use actix_http::{HttpServiceBuilder, Request, Response, error::DispatchError};
use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_service, map_config,
};
use actix_web::{Error, body::MessageBody, dev::AppConfig};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};

use super::{
    Listeners,
    guarded::{Guarded, IDLE},
};

/// How long a client may take to send the first head on a connection.
const HEAD: Duration = Duration::from_secs(10);

/// How many connections are taken, and by how many threads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// Threads that answer requests, at least one.
    pub(crate) workers: usize,
    /// Connections at the same time, by all of them.
    pub(crate) connections: u32,
    /// How long requests may take to finish at shutdown.
    pub(crate) shutdown: Duration,
}

impl Taken {
    fn builder(self) -> ServerBuilder {
        let connections = usize::try_from(self.connections).unwrap_or(usize::MAX);
        ServerBuilder::default()
            .workers(self.workers)
            .max_concurrent_connections(connections.div_ceil(self.workers))
            .shutdown_timeout(self.shutdown.as_secs())
            .disable_signals()
    }
}

/// Begins to answer on these listeners.
pub(crate) fn serve<F, I, S, B>(
    taken: Taken,
    listeners: Listeners,
    application: F,
) -> io::Result<actix_server::Server>
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let mut server = taken.builder();
    let stopping = server.graceful_shutdown_signal();
    for listener in listeners.plain {
        let (application, stopping) = (application.clone(), stopping.clone());
        server = server.listen("http", listener, move || {
            fn_service(|stream: TcpStream| async move {
                let peer = stream.peer_addr().ok();
                Ok::<_, DispatchError>((Guarded::plain(stream), peer))
            })
            .and_then(http(application(), stopping.clone()))
        })?;
    }
    let (encrypted, tls) = listeners.encrypted.unzip();
    for (listener, tls) in encrypted.into_iter().flatten().zip(tls.iter().cycle()) {
        let (application, stopping, tls) = (application.clone(), stopping.clone(), tls.clone());
        server = server.listen("https", listener, move || {
            let tls = tls.clone();
            fn_service(move |stream: TcpStream| {
                let tls = tls.clone();
                async move {
                    let peer = stream.peer_addr().ok();
                    let stream = tls.accept(stream).await.map_err(DispatchError::Io)?;
                    Ok::<_, DispatchError>((Guarded::encrypted(stream), peer))
                }
            })
            .and_then(http(application(), stopping.clone()))
        })?;
    }
    if let Some(listener) = listeners.unix {
        let (application, stopping) = (application.clone(), stopping.clone());
        server = server.listen_uds("unix", listener, move || {
            fn_service(|stream: UnixStream| async move {
                Ok::<_, DispatchError>((Guarded::plain(stream), None))
            })
            .and_then(http(application(), stopping.clone()))
        })?;
    }
    Ok(server.run())
}

/// Speaks HTTP on connections of one kind.
fn http<C, I, S, B>(
    application: I,
    stopping: GracefulShutdownSignal,
) -> impl ServiceFactory<
    (Guarded<C>, Option<SocketAddr>),
    Config = (),
    Response = (),
    Error = DispatchError,
    InitError = (),
>
where
    C: AsyncRead + AsyncWrite + Unpin + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    HttpServiceBuilder::default()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(IDLE)
        .client_request_timeout(HEAD)
        .on_connect_ext(|connection: &Guarded<C>, data| {
            data.insert(connection.line().clone());
        })
        .h1(map_config(application, |()| AppConfig::default()))
}
