//! The server as a child process.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fluxori_test_support::{artefacts, database::TestDatabase};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use ring::hmac;
use serde_json::{Value, json};

const JWT_SECRET: &str = "canary-jwt-secret-0123456789-0123456789";
/// How long a server may take to say that it listens; only reached when something is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// An environment to run the server in.
pub(crate) struct Installation {
    database: TestDatabase,
    settings: Vec<(String, String)>,
}

impl Installation {
    /// A migrated database, a master key and a secret for tokens.
    pub(crate) fn prepared(database: TestDatabase) -> Self {
        let key = String::from_utf8(run(&["keys", "generate"], &[]).stdout).unwrap();
        let installation = Self {
            settings: vec![
                ("DATABASE_URL".to_owned(), database.url().to_owned()),
                ("ENCRYPTION_KEY".to_owned(), key.trim().to_owned()),
                ("JWT_SECRET".to_owned(), JWT_SECRET.to_owned()),
                ("LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
                ("LOG_FORMAT".to_owned(), "json".to_owned()),
            ],
            database,
        };
        let migrated = installation.run(&["migrate"]);
        assert!(migrated.status.success(), "{migrated:?}");
        installation
    }

    /// The database it was prepared with.
    pub(crate) const fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The same with other settings; an empty value takes one away.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.retain(|(existing, _)| existing != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with several other settings.
    pub(crate) fn with_all(self, settings: Vec<(&str, String)>) -> Self {
        settings
            .into_iter()
            .fold(self, |installation, (name, value)| {
                installation.with(name, &value)
            })
    }

    /// What one of its settings is.
    pub(crate) fn setting(&self, name: &str) -> String {
        let found = self.settings.iter().find(|(existing, _)| existing == name);
        found.unwrap().1.clone()
    }

    /// Runs statements past the program. Needs PostgreSQL.
    pub(crate) fn psql(&self, statements: &str) {
        self.database.psql(statements).unwrap();
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run(arguments, &self.settings)
    }

    /// Starts the server and waits until it listens.
    pub(crate) fn serve(&self) -> Server {
        let mut server = self.launch();
        server.wait_until_it_listens();
        server
    }

    /// Starts the server.
    pub(crate) fn launch(&self) -> Server {
        let mut child = command(&["serve"], &self.settings)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = child.stderr.take().unwrap();
        let (found, events) = mpsc::channel();
        let mut log = artefacts::place_for("server.log").map(|place| File::create(place).unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if let Some(log) = &mut log {
                    writeln!(log, "{line}").unwrap();
                }
                let event: Value = serde_json::from_str(&line).unwrap_or_default();
                // Nobody may be interested any more.
                let _ = found.send(event);
            }
        });
        Server {
            child,
            base: String::new(),
            metrics: None,
            events,
            said: Vec::new(),
        }
    }
}

/// A running server. Killed without warning when dropped.
pub(crate) struct Server {
    child: Child,
    base: String,
    metrics: Option<String>,
    /// What it logs, line by line.
    events: mpsc::Receiver<Value>,
    /// Those that were read already.
    said: Vec<Value>,
}

impl Server {
    /// Reads its log up to the line whose field has this value, and returns that.
    pub(crate) fn wait_for(&mut self, field: &str, value: &str) -> Value {
        loop {
            let line = self.events.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("the server says {field}={value}"));
            self.said.push(line.clone());
            if line["event"] == "metrics.listening" {
                self.metrics = line["address"].as_str().map(str::to_owned);
            }
            if line[field] == value {
                return line;
            }
        }
    }

    /// Waits until requests can be sent to it.
    pub(crate) fn wait_until_it_listens(&mut self) {
        let listening = self.wait_for("event", "server.listening");
        self.base = format!("http://{}", listening["address"].as_str().unwrap());
    }

    /// What it tells of itself.
    pub(crate) async fn metrics(&self) -> String {
        let address = self.metrics.as_ref().expect("METRICS_LISTEN is set");
        let answer = client().get(format!("http://{address}/metrics"));
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), reqwest::StatusCode::OK);
        answer.text().await.unwrap()
    }

    /// Where it tells that.
    pub(crate) fn metrics_address(&self) -> &str {
        self.metrics.as_ref().expect("METRICS_LISTEN is set")
    }

    /// Where it answers.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A request of a seller.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.ask(method, path).bearer_auth(token())
    }

    /// A request without a token.
    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        client().request(method, format!("{}{path}", self.base))
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Connects a Takealot account with this key, untested; returns the connection.
    pub(crate) async fn connect(&self, key: &str) -> Value {
        let answer = self.try_connect(key).await;
        assert_eq!(answer.status(), reqwest::StatusCode::CREATED);
        answer.json().await.unwrap()
    }

    /// The same, and what came of it.
    pub(crate) async fn try_connect(&self, key: &str) -> reqwest::Response {
        let body = json!({
            "marketplace": "takealot",
            "authType": "api_key",
            "label": "My shop",
            "credentials": { "apiKey": key },
            "verify": "skip",
        });
        let request = self.request(Method::POST, "/api/connections").json(&body);
        request.send().await.unwrap()
    }

    /// How many connections there are.
    pub(crate) async fn count(&self) -> usize {
        let answer = self.request(Method::GET, "/api/connections").send().await;
        let list: Value = answer.unwrap().json().await.unwrap();
        list["items"].as_array().unwrap().len()
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> bool {
        self.end()
    }

    /// The same, and every line that it has logged.
    pub(crate) fn stop_and_read(mut self) -> Vec<Value> {
        assert!(self.end());
        let mut lines = std::mem::take(&mut self.said);
        lines.extend(self.events.iter());
        lines
    }

    fn end(&mut self) -> bool {
        self.tell_to_stop();
        self.has_ended_well()
    }

    /// Asks it to stop.
    pub(crate) fn tell_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits until it has ended.
    pub(crate) fn has_ended_well(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command printed, and whether it ended well.
pub(crate) fn told(output: &Output) -> (String, bool) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(!told.contains("canary"), "{told}");
    (told, output.status.success())
}

/// Runs a command with these settings and no others.
pub(crate) fn run(arguments: &[&str], settings: &[(String, String)]) -> Output {
    command(arguments, settings).output().unwrap()
}

fn command(arguments: &[&str], settings: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fluxori-server"));
    command
        .args(arguments)
        .env_clear()
        .envs(settings.iter().map(|(name, value)| (name, value)));
    command
}

#[expect(clippy::disallowed_methods, reason = "a test's own client")]
pub(crate) fn client() -> Client {
    // Another test of this process may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Where a browser is sent to is looked at, not followed.
    let builder = Client::builder().no_proxy();
    builder.redirect(Policy::none()).build().unwrap()
}

fn token() -> String {
    token_of("engines")
}

/// A token of somebody of this organization.
pub(crate) fn token_of(organization: &str) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!(
        "{}.{}",
        part(json!({ "alg": "HS256", "typ": "JWT" })),
        part(json!({ "sub": "ada", "org_id": organization, "exp": 4_102_444_800_u64 })),
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, JWT_SECRET.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    format!("{signed}.{signature}")
}
