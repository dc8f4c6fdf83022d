use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, mpsc},
    thread,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    web::{self, Bytes, Data},
};
use serde_json::json;

use super::{
    Behaviour, Call, Endpoints, RecordedRequest, amazon, seen::Seen, shopify, state::State,
    takealot, wire, xero,
};

/// All simulated marketplaces, on one port of this machine, until dropped.
///
/// They run on a thread of their own, so any runtime, or none, may call them.
#[derive(Debug)]
pub struct SimulatedProviders {
    state: Arc<State>,
    endpoints: Endpoints,
    server: ServerHandle,
}

impl SimulatedProviders {
    /// Starts them on a free port.
    ///
    /// # Panics
    /// When this machine does not let a program listen on 127.0.0.1.
    #[must_use]
    pub fn start() -> Self {
        Self::start_on(0).expect("a free port on 127.0.0.1")
    }

    /// Starts them on `port`; 0 is any free one.
    ///
    /// # Errors
    /// When the port is taken or may not be used.
    pub fn start_on(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let origin = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State::new(origin.clone()));
        let server = serve(listener, Arc::clone(&state))?;
        Ok(Self {
            state,
            endpoints: Endpoints::at(&origin),
            server,
        })
    }

    /// Where they answer.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Makes `key` known, or known as something else, to every call that it is sent with. At Amazon a refresh token
    /// stands for the access tokens that it bought.
    pub fn script(&self, key: &str, behaviour: Behaviour) {
        self.state.script(key, None, behaviour);
    }

    /// The same for one call only, whatever the other calls do.
    pub fn script_call(&self, call: Call, key: &str, behaviour: Behaviour) {
        self.state.script(key, Some(call), behaviour);
    }

    /// Every request that came, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.requests()
    }

    /// How often `call` was made.
    #[must_use]
    pub fn count(&self, call: Call) -> usize {
        let requests = self.requests();
        requests
            .iter()
            .filter(|request| request.call == call)
            .count()
    }

    /// Requests that a marketplace would not have accepted for their shape. None should ever come.
    #[must_use]
    pub fn violations(&self) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| !request.violations.is_empty());
        requests
    }
}

impl Drop for SimulatedProviders {
    fn drop(&mut self) {
        // The command is sent at once; nobody waits for it to be carried out.
        drop(self.server.stop(false));
    }
}

fn serve(listener: TcpListener, state: Arc<State>) -> io::Result<ServerHandle> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .name("simulated-providers".to_owned())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let data = Data::from(state);
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(Data::clone(&data))
                        .default_service(web::to(handle))
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

/// Every request comes here, so that none goes unseen.
async fn handle(state: Data<State>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let parts: Vec<&str> = request.path().split('/').skip(1).collect();
    let call = call_of(&parts);
    let seen = &mut Seen::new(&state, call, &request, &body);
    match (call, parts.as_slice()) {
        (Call::TakealotSeller, _) => takealot::seller(&state, seen).await,
        (Call::TakealotOffersCount, _) => takealot::offers_count(&state, seen).await,
        (Call::AmazonToken, _) => amazon::token(&state, seen).await,
        (Call::AmazonParticipations, [_, region, ..]) => {
            amazon::participations(&state, seen, region).await
        }
        (Call::ShopifyGraphql, [_, shop, _, _, version, _]) => {
            shopify::graphql(&state, seen, shop, version).await
        }
        (Call::XeroConnections, _) => xero::connections(&state, seen).await,
        _ => {
            seen.require(false, "calls an address that no marketplace has");
            wire::json(404, &json!({"message": "Not Found"}))
        }
    }
}

fn call_of(parts: &[&str]) -> Call {
    match parts {
        ["takealot", "marketplace", "v1", "seller"] => Call::TakealotSeller,
        ["takealot", "seller", "v2", "offers", "count"] => Call::TakealotOffersCount,
        ["amazon", "lwa", "auth", "o2", "token"] => Call::AmazonToken,
        [
            "amazon",
            "na" | "eu" | "fe",
            "sellers",
            "v1",
            "marketplaceParticipations",
        ] => Call::AmazonParticipations,
        ["shopify", _, "admin", "api", _, "graphql.json"] => Call::ShopifyGraphql,
        ["xero", "connections"] => Call::XeroConnections,
        ["elsewhere"] => Call::RedirectTarget,
        _ => Call::Unknown,
    }
}
