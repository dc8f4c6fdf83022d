//! The reference: the same web framework, the same bytes, nothing else.

use std::{
    net::{SocketAddr, TcpListener},
    thread,
};

use actix_web::{App, HttpResponse, HttpServer, web, web::Bytes};

/// Starts a server that sends these bytes, until the program ends.
pub(crate) fn start(body: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let body = Bytes::from(body);
    // As many as the server has by itself.
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            HttpServer::new(move || {
                let body = body.clone();
                let handler = move || {
                    let body = body.clone();
                    async move {
                        HttpResponse::Ok()
                            .content_type("application/json")
                            .body(body)
                    }
                };
                App::new().route("/api/connections", web::get().to(handler))
            })
            .workers(workers)
            .disable_signals()
            .listen(listener)?
            .run()
            .await
        })
    });
    address
}
