//! Traces of a real server: what a collector gets, whose trace it is, and what of it a marketplace sees.

use std::{fmt::Write as _, sync::Mutex};

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, web};
use fluxori_test_support::{
    database::TestDatabase,
    providers::{SimulatedProviders, keys},
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{Span, span::SpanKind},
};
use prost_otlp::Message as _;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;

use crate::{
    exposition::{read, sum},
    process::{Installation, Server},
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
/// No secret, but nothing that traces may tell either.
const LABEL: &str = "my-traced-shop";

/// A collector that keeps what it gets.
struct Collector {
    url: String,
    bodies: Bodies,
    handle: ServerHandle,
}

type Bodies = web::Data<Mutex<Vec<web::Bytes>>>;

async fn take(kept: Bodies, body: web::Bytes) -> HttpResponse {
    kept.lock().unwrap().push(body);
    HttpResponse::Ok()
        .content_type("application/x-protobuf")
        .finish()
}

impl Collector {
    fn start() -> Self {
        let bodies = Bodies::new(Mutex::default());
        let kept = bodies.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(kept.clone())
                .route("/v1/traces", web::post().to(take))
        })
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            url,
            bodies,
            handle,
        }
    }

    /// Everything that came, as it was sent and as spans.
    async fn stop(self) -> (Vec<u8>, Vec<Span>) {
        self.handle.stop(true).await;
        let bodies = self.bodies.lock().unwrap();
        let mut spans = Vec::new();
        for body in &*bodies {
            let request = ExportTraceServiceRequest::decode(&body[..]).unwrap();
            for resource in request.resource_spans {
                let about = format!("{:?}", resource.resource);
                assert!(about.contains("service.name"), "{about}");
                let scopes = resource.scope_spans.into_iter();
                spans.extend(scopes.flat_map(|scope| scope.spans));
            }
        }
        (bodies.concat(), spans)
    }
}

/// Connects an account as part of the caller's trace.
async fn connect(server: &Server, is_sampled: bool) {
    let flags = if is_sampled { "01" } else { "00" };
    let body = json!({
        "marketplace": "takealot",
        "authType": "api_key",
        "label": LABEL,
        "credentials": { "apiKey": keys::TAKEALOT_GOOD },
    });
    let parent = format!("00-{TRACE}-{CALLER}-{flags}");
    let request = server
        .request(Method::POST, "/api/connections")
        .header("traceparent", &parent)
        .json(&body);
    let status = request.send().await.unwrap().status();
    assert_eq!(status, StatusCode::CREATED);
    // Nothing of this is a trace's business.
    let strange = server
        .request(
            Method::from_bytes(b"STRANGE").unwrap(),
            "/api/connections/canary-id?canary=query",
        )
        .header("x-request-id", "strange-request")
        .header("tracestate", "canary=state")
        .header("traceparent", &parent);
    assert!(strange.send().await.unwrap().status().is_client_error());
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| {
        let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
        panic!("{name}: {names:?}")
    })
}

/// Whether `span` lies in `outer`, however deep.
fn lies_in(spans: &[Span], span: &Span, outer: &Span) -> bool {
    let parent = |span: &Span| {
        spans
            .iter()
            .find(|each| each.span_id == span.parent_span_id)
    };
    std::iter::successors(parent(span), |span| parent(span))
        .any(|each| each.span_id == outer.span_id)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn a_request_is_traced_from_its_caller_to_the_marketplace(#[case] database: TestDatabase) {
    let providers = SimulatedProviders::start();
    let collector = Collector::start();
    let installation = Installation::prepared(database)
        .with_all(providers.endpoints().environment())
        .with("OTLP_URL", &collector.url)
        // What is traced does not depend on what is logged.
        .with("LOG", "fluxori_server=info,fluxori_api=info,warn")
        .with("HOUSEKEEPING_SECONDS", "0");
    let server = installation.serve();
    connect(&server, true).await;
    let lines = server.stop_and_read();
    let (sent, spans) = collector.stop().await;

    let ours: Vec<_> = spans
        .into_iter()
        .filter(|span| hex(&span.trace_id) == TRACE)
        .collect();
    let request = named(&ours, "POST /api/connections");
    assert_eq!(hex(&request.parent_span_id), CALLER);
    assert_eq!(request.kind(), SpanKind::Server);
    let status = request
        .attributes
        .iter()
        .find(|each| each.key == "http.response.status_code");
    assert!(format!("{status:?}").contains("201"), "{status:?}");
    let asked = named(&ours, "takealot test");
    assert_eq!(asked.kind(), SpanKind::Client);
    for name in [
        "connections.create",
        "takealot test",
        "transaction insert.insert",
    ] {
        assert!(lies_in(&ours, named(&ours, name), request), "{name}");
    }

    let seen: Vec<_> = providers
        .requests()
        .into_iter()
        .filter_map(|request| request.traceparent)
        .collect();
    let expected = format!("00-{TRACE}-{}-01", hex(&asked.span_id));
    assert!(!seen.is_empty());
    assert!(seen.iter().all(|each| *each == expected), "{seen:?}");

    let answered = lines
        .iter()
        .find(|line| line["event"] == "request.answered");
    assert_eq!(answered.unwrap()["span"]["trace_id"], TRACE);

    let sent = String::from_utf8_lossy(&sent);
    for word in [
        "canary",
        "STRANGE",
        "strange",
        LABEL,
        "engines",
        keys::TAKEALOT_GOOD,
    ] {
        assert!(!sent.contains(word), "{word}");
    }
}

#[rstest]
#[case::nothing_is_recorded(0, false, true, false)]
#[case::a_caller_does_not_decide(100, false, false, true)]
#[case::a_trusted_caller_wants_it(0, true, true, true)]
#[case::a_trusted_caller_does_not(100, true, false, false)]
#[tokio::test]
async fn who_decides_what_is_recorded_is_a_setting(
    #[case] percent: u8,
    #[case] follow: bool,
    #[case] is_sampled: bool,
    #[case] is_recorded: bool,
) {
    let providers = SimulatedProviders::start();
    let collector = Collector::start();
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with_all(providers.endpoints().environment())
        .with("OTLP_URL", &collector.url)
        .with("TRACES_PERCENT", &percent.to_string())
        .with("TRACES_FOLLOW_CALLERS", &follow.to_string())
        .with("TRACES_TO_MARKETPLACES", "false")
        .with("HOUSEKEEPING_SECONDS", "0");
    let server = installation.serve();
    connect(&server, is_sampled).await;
    assert!(server.stop());
    let (_, spans) = collector.stop().await;
    let found = spans.iter().any(|span| hex(&span.trace_id) == TRACE);
    assert_eq!(found, is_recorded);
    let requests = providers.requests();
    assert!(requests.iter().all(|request| request.traceparent.is_none()));
}

#[tokio::test]
async fn a_collector_that_is_away_costs_spans_and_nothing_else() {
    // Takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    let prepared = Installation::prepared(TestDatabase::sqlite())
        .with("METRICS_LISTEN", "127.0.0.1:0")
        .with("HOUSEKEEPING_SECONDS", "0")
        .with("OTLP_URL", &silent);
    let server = prepared.serve();
    assert_eq!(server.count().await, 0);
    assert!(server.stop());

    // Nobody listens there.
    let installation = prepared.with("OTLP_URL", "http://127.0.0.1:1");
    let mut server = installation.serve();
    assert_eq!(server.count().await, 0);
    server.wait_for("event", "traces.refused");
    let samples = read(&server.metrics().await);
    let refused = [("result", "refused")];
    assert!(sum(&samples, "fluxori_trace_spans_total", &refused) >= 1.0);
    assert!(server.stop());
}
