use std::{convert::Infallible, io, net::TcpListener, sync::Arc, thread};

use hyper::{server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::TcpStream,
    sync::{Notify, oneshot},
};

use super::route;
use crate::google::state::State;

/// Ends the listener and its connections when dropped.
pub(in crate::google) struct Stop {
    _end: oneshot::Sender<Infallible>,
}

/// Serves on a thread of its own, so that any runtime, or none, may call.
pub(in crate::google) fn serve(listener: TcpListener, state: Arc<State>) -> io::Result<Stop> {
    listener.set_nonblocking(true)?;
    let (end, ended) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::Builder::new()
        .name("fake-google-grpc".to_owned())
        .spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    _ = ended => {}
                    _ = accept(listener, state) => {}
                }
            });
        })?;
    Ok(Stop { _end: end })
}

async fn accept(listener: TcpListener, state: Arc<State>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(connection(stream, Arc::clone(&state)));
    }
}

/// Serves one connection, until the client closes it or a fault does.
async fn connection(stream: TcpStream, state: Arc<State>) {
    let hang_up = Arc::new(Notify::new());
    let service = service_fn(|request| {
        let (state, hang_up) = (Arc::clone(&state), Arc::clone(&hang_up));
        async move { Ok::<_, Infallible>(route::handle(&state, request, &hang_up).await) }
    });
    let connection =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How a client ends a connection is its own affair.
        _ = connection => {}
        () = hang_up.notified() => {}
    }
}
