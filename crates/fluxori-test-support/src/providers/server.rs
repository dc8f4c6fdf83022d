use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
};

use actix_web::{
    dev::ServerHandle,
    web::{self, Data},
};
use fluxori_domain::{Clock, SystemClock};

use super::{Behaviour, Call, Endpoints, RecordedRequest, routes, state::State};

/// All simulated marketplaces, on one port of this machine, until dropped.
///
/// They run on a thread of their own, so any runtime, or none, may call them.
#[derive(Debug)]
pub struct SimulatedProviders {
    pub(super) state: Arc<State>,
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
        Self::start_with(Arc::new(SystemClock))
    }

    /// Starts them on a free port, with a clock that decides when tokens expire and grace ends.
    ///
    /// # Panics
    /// When this machine does not let a program listen on 127.0.0.1.
    #[must_use]
    pub fn start_with(clock: Arc<dyn Clock>) -> Self {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), clock).expect("a free port on 127.0.0.1")
    }

    /// Starts them on an address, from outside a container for instance; port 0 is any free one. They call themselves
    /// `127.0.0.1` all the same: without TLS no secret is sent elsewhere.
    ///
    /// # Errors
    /// When the address is taken or may not be used.
    pub fn start_listening(address: SocketAddr) -> io::Result<Self> {
        Self::start_at(address, Arc::new(SystemClock))
    }

    fn start_at(address: SocketAddr, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let origin = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
        let state = Arc::new(State::new(origin.clone(), clock));
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
        self.state.count(call)
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
    let data = Data::from(state);
    crate::serve::serve("simulated-providers", listener, move |config| {
        config
            .app_data(Data::clone(&data))
            .default_service(web::to(routes::handle));
    })
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    use super::{super::keys, *};

    const AGENT: &str = "user-agent: Test/1.0 (Language=Rust)\r\naccept: application/json";

    /// Sends these bytes and returns the status.
    fn send(providers: &SimulatedProviders, first_line: &str, headers: &str, body: &str) -> u16 {
        let origin = &providers.endpoints().xero_api_url;
        let host = origin
            .trim_start_matches("http://")
            .trim_end_matches("/xero");
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "{first_line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\
             {headers}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        answer[9..12].parse().unwrap()
    }

    fn xero(providers: &SimulatedProviders, first_line: &str, more: &str) -> u16 {
        let token = keys::XERO_GOOD;
        let headers = format!("{AGENT}\r\nauthorization: Bearer {token}{more}");
        send(providers, first_line, &headers, "")
    }

    #[test]
    fn a_request_as_it_should_be_is_answered_and_no_violation() {
        let providers = SimulatedProviders::start();
        assert_eq!(xero(&providers, "GET /xero/connections", ""), 200);
        assert_eq!(providers.violations(), []);
        assert_eq!(providers.count(Call::XeroConnections), 1);
    }

    #[test]
    fn every_mistake_is_refused_and_written_down() {
        let providers = SimulatedProviders::start();
        for (first_line, more) in [
            ("POST /xero/connections", ""),
            ("GET /xero/connections?x=1", ""),
            ("GET /xero/connections", "\r\nxero-tenant-id: x"),
            ("GET /xero/connections", "\r\nauthorization: Bearer again"),
            ("GET /xero/connections", "\r\ncookie: a=b"),
            (
                "GET /xero/connections",
                "\r\ncontent-type: application/json",
            ),
            ("GET /xero/elsewhere", ""),
            ("GET /elsewhere", ""),
        ] {
            let before = providers.violations().len();
            let status = xero(&providers, first_line, more);
            assert!(
                (400..500).contains(&status),
                "{first_line} {more}: {status}"
            );
            assert_eq!(
                providers.violations().len(),
                before + 1,
                "{first_line} {more}"
            );
        }
        assert!(!format!("{:?}", providers.requests()).contains(keys::XERO_GOOD));
    }

    #[test]
    fn a_token_form_has_its_fields_once_and_no_other() {
        let providers = SimulatedProviders::start();
        let good = format!(
            "grant_type=refresh_token&refresh_token={}&client_id={}&client_secret={}",
            keys::AMAZON_GOOD.replace('|', "%7C"),
            keys::AMAZON_CLIENT_ID,
            keys::AMAZON_CLIENT_SECRET,
        );
        let form = "content-type: application/x-www-form-urlencoded;charset=UTF-8";
        let buy = |content_type: &str, body: &str| {
            let headers = format!("{AGENT}\r\n{content_type}");
            send(&providers, "POST /amazon/lwa/auth/o2/token", &headers, body)
        };
        assert_eq!(buy(form, &good), 200);
        assert_eq!(providers.violations(), []);

        for (content_type, body) in [
            ("content-type: application/json", good.clone()),
            (form, format!("{good}&scope=x")),
            (form, format!("{good}&client_id=again")),
            (form, good.replace("refresh_token&", "password&")),
            (form, good.replace("&client_id", "&id")),
        ] {
            let before = providers.violations().len();
            assert_eq!(buy(content_type, &body), 400, "{body}");
            assert_eq!(providers.violations().len(), before + 1, "{body}");
        }
    }

    #[test]
    fn a_query_asks_for_nothing_that_does_not_exist() {
        let providers = SimulatedProviders::start();
        let ask = |path: &str, body: &str| {
            let token = keys::SHOPIFY_GOOD;
            let headers = format!(
                "{AGENT}\r\ncontent-type: application/json\r\nx-shopify-access-token: {token}"
            );
            send(
                &providers,
                &format!("POST /shopify/{path}/graphql.json"),
                &headers,
                body,
            )
        };
        let good = r#"{"query":"{ shop { name } }"}"#;
        assert_eq!(ask("a.myshopify.com/admin/api/2026-10", good), 200);
        assert_eq!(providers.violations(), []);

        for (path, body) in [
            ("evil.example/admin/api/2026-10", good),
            ("a.myshopify.com/admin/api/2026-11", good),
            (
                "a.myshopify.com/admin/api/2026-10",
                r#"{"query":"{ shop { plan } }"}"#,
            ),
            (
                "a.myshopify.com/admin/api/2026-10",
                r#"{"query":"{ shop { name }"}"#,
            ),
            ("a.myshopify.com/admin/api/2026-10", r#"{"query":""}"#),
            (
                "a.myshopify.com/admin/api/2026-10",
                r#"{"query":"{ shop { name } }","x":1}"#,
            ),
        ] {
            assert_eq!(ask(path, body), 400, "{path} {body}");
        }
        assert_eq!(providers.violations().len(), 6);
    }
}
