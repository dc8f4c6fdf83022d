//! A Google for the program to talk to.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use fluxori_test_support::{
    clock::ManualClock,
    database::TestDatabase,
    google::{FakeGoogle, SecretView, ServiceAccountKey, Setup},
};
use serde_json::json;
use tempfile::TempDir;

use crate::process::{Installation, client};

/// Google, and the key of the account that the program uses.
pub(crate) struct Google {
    pub(crate) fake: FakeGoogle,
    pub(crate) account: ServiceAccountKey,
    folder: TempDir,
}

impl Google {
    pub(crate) fn start() -> Self {
        Self::with(Setup::default())
    }

    /// By whose clock everything was made two hours ago.
    pub(crate) fn of_two_hours_ago() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the program has the real time")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let then = now.checked_sub(Duration::from_hours(2)).unwrap().as_secs();
        Self::with(Setup {
            clock: Arc::new(ManualClock::at(then.try_into().unwrap())),
            ..Setup::default()
        })
    }

    fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fake = FakeGoogle::start_with(setup).unwrap();
        let key = folder.path().join("key.json");
        Self {
            account: fake.write_key("server", &key).unwrap(),
            fake,
            folder,
        }
    }

    /// An installation that keeps its secrets here and has a master key besides.
    pub(crate) fn installation(&self) -> Installation {
        self.of(Installation::prepared(TestDatabase::sqlite()))
    }

    /// The same that kept its secrets in the database before.
    pub(crate) fn of(&self, installation: Installation) -> Installation {
        let key = self.folder.path().join("key.json");
        installation.with_all(self.fake.endpoints().environment(&key))
    }

    /// Makes a secret by hand that looks like one of a credential that does not exist.
    pub(crate) async fn make_stray(&self, like: &SecretView) -> String {
        let endpoints = self.fake.endpoints();
        let id = "fluxori-01890a5d-ac96-774b-bcce-b302099a8057-0a1b2c3d";
        let url = format!(
            "{}/v1/projects/{}/secrets?secretId={id}",
            endpoints.secret_manager_url, endpoints.project_id
        );
        let body = json!({ "labels": like.labels, "replication": { "automatic": {} } });
        let request = client().post(url).json(&body);
        let request = request.bearer_auth(self.fake.access_token("somebody@example.com"));
        assert!(request.send().await.unwrap().status().is_success());
        id.to_owned()
    }
}
