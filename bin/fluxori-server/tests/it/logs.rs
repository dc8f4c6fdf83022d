//! What the server says: every line has the name of an event that the reference page lists, and how much is said can be
//! changed while it runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluxori_credentials::telemetry::events::{EventLevel, LOG_EVENTS, LogEvent};
use fluxori_test_support::{
    database::TestDatabase,
    providers::{SimulatedProviders, keys},
};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    alerts::read,
    process::{Installation, Server},
};

fn event(name: &str) -> Option<&'static LogEvent> {
    LOG_EVENTS.iter().find(|event| event.name == name)
}

/// The events of these lines, all of which are in the table and not above their level.
fn events(lines: &[Value]) -> BTreeSet<&str> {
    let ours = lines
        .iter()
        .filter(|line| line["target"].as_str().unwrap().starts_with("fluxori"));
    ours.map(|line| {
        let name = line["event"].as_str().unwrap_or_else(|| panic!("{line}"));
        let event = event(name).unwrap_or_else(|| panic!("{line}"));
        let level = level(line["level"].as_str().unwrap());
        assert!(level <= event.level, "{line}");
        name
    })
    .collect()
}

fn level(name: &str) -> EventLevel {
    let all = [
        EventLevel::Debug,
        EventLevel::Info,
        EventLevel::Warn,
        EventLevel::Error,
    ];
    let found = all.into_iter().find(|level| level.as_str() == name);
    found.unwrap_or_else(|| panic!("{name}"))
}

async fn connect(server: &Server, key: &str) -> StatusCode {
    let body = json!({
        "marketplace": "takealot",
        "authType": "api_key",
        "label": "My shop",
        "credentials": { "apiKey": key },
    });
    let request = server.request(Method::POST, "/api/connections");
    request.json(&body).send().await.unwrap().status()
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn every_line_of_a_run_has_the_name_of_its_event(#[case] database: TestDatabase) {
    let providers = SimulatedProviders::start();
    let installation = Installation::prepared(database)
        .with_all(providers.endpoints().environment())
        .with("LOG", "fluxori=debug,info")
        .with("METRICS_LISTEN", "127.0.0.1:0")
        .with("HOUSEKEEPING_SECONDS", "1");
    let mut server = installation.serve();
    assert_eq!(
        connect(&server, keys::TAKEALOT_GOOD).await,
        StatusCode::CREATED
    );
    let refused = connect(&server, keys::TAKEALOT_REFUSED).await;
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
    let stranger = server
        .ask(Method::GET, "/api/connections")
        .bearer_auth("no-token");
    assert_eq!(
        stranger.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    server.wait_for("event", "housekeeping.idle");
    let lines = server.stop_and_read();
    let said = events(&lines);
    for expected in [
        "server.starting",
        "metrics.listening",
        "page.off",
        "server.listening",
        "request.answered",
        "request.refused",
        "sign_in.token_refused",
        "connection.created",
        "marketplace.answered",
        "housekeeping.idle",
        "server.stopping",
        "server.stopped",
    ] {
        assert!(said.contains(expected), "{expected}: {said:?}");
    }
    let last = lines.last().unwrap();
    assert_eq!(last["event"], "server.stopped", "{last}");
}

#[tokio::test]
async fn the_filter_follows_its_file_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("filter");
    let write = |text: &str| fs::write(&file, text).unwrap();
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with("HOUSEKEEPING_SECONDS", "0")
        .with("LOG_FILTER_FILE", file.to_str().unwrap());
    let mut server = installation.serve();
    let ask = async |server: &Server| {
        let asked = server.ask(Method::GET, "/livez").send().await.unwrap();
        assert_eq!(asked.status(), StatusCode::OK);
    };
    // The answers of health checks are only worth a line to who looks for a defect.
    ask(&server).await;
    write("fluxori=debug,info\n");
    let changed = server.wait_for("event", "log.changed");
    assert_eq!(changed["filter"], "fluxori=debug,info");
    ask(&server).await;
    let line = server.wait_for("event", "request.answered");
    assert_eq!(line["level"], "DEBUG", "{line}");

    write("fluxori=loud");
    let kept = server.wait_for("event", "log.kept");
    assert_eq!(kept["level"], "WARN", "{kept}");
    ask(&server).await;
    server.wait_for("event", "request.answered");

    // Without the file, what the settings say holds again.
    fs::remove_file(&file).unwrap();
    assert_eq!(server.wait_for("event", "log.changed")["filter"], "info");
    ask(&server).await;
    let lines = server.stop_and_read();
    let answered = lines
        .iter()
        .filter(|line| line["event"] == "request.answered");
    assert_eq!(answered.count(), 2, "of four");

    // A file that is there from the beginning holds from the beginning, and one that is no filter keeps nobody from serving.
    write("fluxori=debug");
    let mut server = installation.serve();
    ask(&server).await;
    server.wait_for("event", "request.answered");
    assert!(server.stop());
    write("fluxori=loud");
    let lines = installation.serve().stop_and_read();
    assert!(events(&lines).contains("log.kept"));
}

/// A place in the code where something is said.
struct Said {
    place: String,
    level: EventLevel,
    /// The constant that names the event.
    constant: Option<String>,
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every log line that programs of ours may write.
fn said() -> Vec<Said> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        let entry = entry.unwrap();
        // Never ships.
        if entry.file_name() != "fluxori-test-support" {
            sources(&entry.path().join("src"), &mut files);
        }
    }
    sources(&root.join("bin/fluxori-server/src"), &mut files);
    let mut said = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for name in ["debug", "info", "warn", "error"] {
            for after in text.split(&format!("tracing::{name}!(")).skip(1) {
                let first = after.trim_start().strip_prefix("event = events::");
                let constant = first.and_then(|rest| rest.split([',', ')']).next());
                said.push(Said {
                    place: format!("{}: {:.60}", file.display(), after.trim_start()),
                    level: level(&name.to_uppercase()),
                    constant: constant.map(str::to_owned),
                });
            }
        }
    }
    said
}

#[test]
fn everything_that_may_be_said_has_its_name_and_every_name_is_said() {
    let mut levels: BTreeMap<&str, EventLevel> = BTreeMap::new();
    let said = said();
    assert!(said.len() > 60, "only {} were found", said.len());
    for Said {
        place,
        level,
        constant,
    } in &said
    {
        let name = constant.as_ref().unwrap_or_else(|| panic!("{place}"));
        let highest = levels.entry(name).or_insert(*level);
        *highest = (*highest).max(*level);
    }
    let declared = LOG_EVENTS
        .iter()
        .map(|event| (event.name.replace('.', "_").to_uppercase(), event.level));
    let declared: BTreeMap<_, _> = declared.collect();
    let declared: BTreeMap<_, _> = declared
        .iter()
        .map(|(name, level)| (name.as_str(), *level))
        .collect();
    assert_eq!(levels, declared);
}

#[test]
fn the_runbooks_name_events_that_there_are() {
    let page = read("docs/operations/alerts.md");
    let quoted = page.split('`').skip(1).step_by(2);
    let is_event = |word: &&str| {
        word.contains('.')
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_'))
    };
    let named: BTreeSet<_> = quoted.filter(is_event).collect();
    assert!(named.len() > 5, "{named:?}");
    for name in named {
        assert!(event(name).is_some(), "{name}");
    }
}
