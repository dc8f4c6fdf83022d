use std::{
    io,
    net::TcpListener,
    sync::{Arc, mpsc},
    thread,
};

use actix_web::{
    App, HttpServer,
    dev::ServerHandle,
    web::{self, Data, PayloadConfig},
};

use crate::google::{rest, state::State};

/// Larger than any request that Google takes from a client of Secret Manager.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Serves on a thread of its own, so that any runtime, or none, may call.
pub(in crate::google) fn serve(
    listener: TcpListener,
    state: Arc<State>,
) -> io::Result<ServerHandle> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .name("fake-google".to_owned())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let data = Data::from(state);
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(Data::clone(&data))
                        .app_data(PayloadConfig::new(MOST_BYTES))
                        .default_service(web::to(rest::handle))
                })
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
