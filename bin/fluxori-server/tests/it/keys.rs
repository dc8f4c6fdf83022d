//! `fluxori-server keys …`: changing keys while servers serve, as an operator does it.

use fluxori_test_support::{
    database::TestDatabase,
    providers::{SimulatedProviders, keys},
};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::Value;

use crate::{
    google::Google,
    process::{Installation, Server, run, told},
};

/// A server's settings, its master keys, and the marketplaces that it talks to.
struct Place {
    installation: Installation,
    old: String,
    new: String,
    _providers: SimulatedProviders,
}

impl Place {
    fn new(database: TestDatabase) -> Self {
        let providers = SimulatedProviders::start();
        let installation = Installation::prepared(database);
        let installation = installation.with_all(providers.endpoints().environment());
        Self {
            old: installation.setting("ENCRYPTION_KEY"),
            new: make_key(),
            installation,
            _providers: providers,
        }
    }

    /// From here on with these master keys.
    fn keys(self, active: &str, retired: &str) -> Self {
        let installation = self
            .installation
            .with("ENCRYPTION_KEY", active)
            .with("ENCRYPTION_KEYS_RETIRED", retired);
        Self {
            installation,
            ..self
        }
    }

    fn run(&self, arguments: &[&str]) -> (String, bool) {
        told(&self.installation.run(arguments))
    }

    /// The same, which must end well.
    fn done(&self, arguments: &[&str]) -> String {
        let (report, is_done) = self.run(arguments);
        assert!(is_done, "{arguments:?}: {report}");
        report
    }

    /// The names of the master keys in a role.
    fn names(&self, role: &str) -> Vec<String> {
        let list = self.done(&["keys", "list"]);
        // The last line counts data keys.
        let lines = list
            .lines()
            .filter(|line| !line.contains("data key(s)"))
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        let named = lines.filter(|words| words.get(1) == Some(&role));
        named.map(|words| words[0].to_owned()).collect()
    }
}

fn make_key() -> String {
    let made = run(&["keys", "generate"], &[]);
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

/// Tests a connection, for which its secret has to be opened.
async fn opens(server: &Server, connection: &Value) {
    let path = format!(
        "/api/connections/{}/test",
        connection["id"].as_str().unwrap()
    );
    let answer = server.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["test"]["outcome"], "ok", "{answer}");
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn a_master_key_is_replaced_while_servers_serve(#[case] database: TestDatabase) {
    let place = Place::new(database);
    let (old, new) = (place.old.clone(), place.new.clone());
    let unprepared = place.installation.serve();
    let connection = unprepared.connect(keys::TAKEALOT_GOOD).await;

    let place = place.keys(&old, &new);
    let prepared = place.installation.serve();
    let place = place.keys(&new, &old);
    let changed = place.installation.serve();
    for server in [&unprepared, &prepared, &changed] {
        opens(server, &connection).await;
    }
    let retired = place.names("retired");
    let [name] = retired.as_slice() else {
        panic!("{retired:?}")
    };
    let (refusal, is_done) = place.run(&["keys", "retire", name]);
    assert!(
        !is_done && refusal.contains("still wraps 1 data key(s), of engines"),
        "{refusal}"
    );
    assert!(refusal.contains("nothing was changed"), "{refusal}");

    let report = place.done(&["keys", "rotate"]);
    assert!(report.contains("1 data key(s) wrapped anew"), "{report}");
    assert!(
        report.contains(&format!("`fluxori-server keys retire {name}`")),
        "{report}"
    );
    for server in [&prepared, &changed, &place.installation.serve()] {
        opens(server, &connection).await;
    }
    let report = place.done(&["keys", "rotate"]);
    assert!(report.contains("0 data key(s) wrapped anew"), "{report}");

    assert!(unprepared.stop() && prepared.stop());
    let report = place.done(&["keys", "retire", name]);
    assert!(report.contains("is withdrawn"), "{report}");
    assert!(report.contains("backups from its time"), "{report}");
    let own = place.names("active").remove(0);
    let (refusal, is_done) = place.run(&["keys", "retire", &own]);
    assert!(
        !is_done && refusal.contains("is the active one"),
        "{refusal}"
    );

    let place = place.keys(&old, &new);
    let (refusal, is_done) = place.run(&["serve"]);
    assert!(
        !is_done && refusal.contains(&format!("the master key {name} was withdrawn")),
        "{refusal}"
    );
    let place = place.keys(&new, "");
    opens(&place.installation.serve(), &connection).await;
    assert_eq!(place.names("withdrawn"), [name.as_str()]);
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn credentials_are_sealed_anew_while_a_server_serves(#[case] database: TestDatabase) {
    let place = Place::new(database);
    let server = place.installation.serve();
    let connection = server.connect(keys::TAKEALOT_GOOD).await;
    let report = place.done(&["keys", "reseal"]);
    assert!(
        report.contains("0 credential(s) sealed anew; 0 new data key(s)"),
        "{report}"
    );
    assert!(
        report.contains("1 organization(s) have a data key that is less than a day old"),
        "{report}"
    );
    for _ in 0..3 {
        let report = place.done(&["keys", "reseal", "--again", "--per-second", "1000"]);
        assert!(
            report.contains("1 credential(s) sealed anew; 1 new data key(s) for 1 organization(s), 1 old one(s) destroyed"),
            "{report}"
        );
        opens(&server, &connection).await;
    }
    let report = place.done(&["keys", "reseal", "--again", "--organization", "nobody"]);
    assert!(
        report.contains("0 credential(s) sealed anew; 0 new data key(s)"),
        "{report}"
    );
    let list = place.done(&["keys", "list"]);
    assert!(
        list.contains(
            "1 active data key(s), 0 inactive; 1 credential(s) sealed in the database, 0 of them"
        ),
        "{list}"
    );
}

#[tokio::test]
async fn a_wrong_key_is_known_by_its_name_and_refused_before_anything_is_written() {
    let place = Place::new(TestDatabase::sqlite());
    let connection = place
        .installation
        .serve()
        .connect(keys::TAKEALOT_GOOD)
        .await;
    let name = place.names("active").remove(0);
    let (old, new) = (place.old.clone(), place.new.clone());
    let place = place.keys(&new, "");
    for command in [
        &["serve"][..],
        &["keys", "rotate"],
        &["keys", "reseal"],
        &["keys", "retire", &name],
    ] {
        let (refusal, is_done) = place.run(command);
        assert!(
            !is_done && refusal.contains(&name),
            "{command:?}: {refusal}"
        );
        assert!(refusal.contains("ENCRYPTION_KEYS_RETIRED"), "{refusal}");
    }
    let list = place.done(&["keys", "list"]);
    assert!(list.contains(&format!("{name}  MISSING")), "{list}");
    let place = place.keys(&old, "");
    assert_eq!(place.names("active"), [name]);
    opens(&place.installation.serve(), &connection).await;
}

#[tokio::test]
async fn the_master_key_goes_to_cloud_kms_and_comes_back() {
    let google = Google::start();
    let key = google.fake.kms_key("global", "fluxori", "data-keys");
    let place = Place::new(TestDatabase::sqlite());
    let old = place.old.clone();
    let connection = place
        .installation
        .serve()
        .connect(keys::TAKEALOT_GOOD)
        .await;
    let place = place.keys("", &old);
    let installation = google.of(place.installation);
    let installation = installation
        .with("USE_SECRET_MANAGER", "false")
        .with("ENCRYPTION_KMS_KEY", &key);
    let place = Place {
        installation,
        ..place
    };
    opens(&place.installation.serve(), &connection).await;
    let report = place.done(&["keys", "rotate"]);
    assert!(report.contains("1 data key(s) wrapped anew"), "{report}");
    let list = place.done(&["keys", "list"]);
    assert!(list.contains(&key), "{list}");
    let report = place.done(&["keys", "rotate", "--again"]);
    assert!(report.contains("1 data key(s) wrapped anew"), "{report}");
    let report = place.done(&["keys", "reseal", "--again"]);
    assert!(report.contains("1 credential(s) sealed anew"), "{report}");
    let place = place.keys("", "");
    opens(&place.installation.serve(), &connection).await;

    let place = place.keys(&old, "");
    let installation = place
        .installation
        .with("ENCRYPTION_KMS_KEY", "")
        .with("ENCRYPTION_KMS_KEYS_RETIRED", &key);
    let place = Place {
        installation,
        ..place
    };
    let retired = place.names("retired").remove(0);
    place.done(&["keys", "rotate"]);
    place.done(&["keys", "retire", &retired]);
    let installation = place.installation.with("ENCRYPTION_KMS_KEYS_RETIRED", "");
    opens(&installation.serve(), &connection).await;
}
