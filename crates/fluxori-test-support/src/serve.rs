//! Serving HTTP on a thread of its own, so that any runtime, or none, may call.

use std::{io, net::TcpListener, sync::mpsc, thread};

use actix_web::{App, HttpServer, dev::ServerHandle, web::ServiceConfig};

/// Serves what `configure` sets up, on a thread of this name, until the handle stops it.
pub(crate) fn serve(
    name: &str,
    listener: TcpListener,
    configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<ServerHandle> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || App::new().configure(configure.clone()))
                    .workers(1)
                    .disable_signals()
                    .listen(listener)?
                    .run();
                // The starter may be gone already; then there is nobody to serve.
                let _ = sender.send(server.handle());
                server.await
            })
        })?;
    receiver
        .recv()
        .map_err(|_| io::Error::other("the server ended before it began"))
}
