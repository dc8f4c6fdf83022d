//! A whole life of a connection, and the same with the process killed at every step.

use std::{os::unix::process::ExitStatusExt, process::Command};

use chrono::TimeDelta;
use diesel::{Connection, RunQueryDsl, SqliteConnection, dsl::sql, sql_types::BigInt};
use fluxori_connections::ReplaceRequest;
use fluxori_domain::Marketplace;
use fluxori_test_support::{database::TestDatabase, providers::keys};
use rstest::rstest;

use crate::{
    dying::{Death, MOMENTS, MOMENTS_AT_GOOGLE},
    google::AtGoogle,
    world::{Kind, World, ada, form, read, takealot},
};

const URL: &str = "FLUXORI_TEST_LIFE_URL";
const MOMENT: &str = "FLUXORI_TEST_LIFE_DEATH";
const SIGKILL: i32 = 9;

/// Creates, replaces and deletes. The parent test below runs this one in a process of its own that dies on the way.
#[tokio::test]
async fn a_whole_life_leaves_nothing_behind() {
    let own = std::env::var(URL).is_err().then(TestDatabase::sqlite);
    let url = own
        .as_ref()
        .map_or_else(|| std::env::var(URL).unwrap(), |own| own.url().to_owned());
    let death = Death::at(std::env::var(MOMENT).ok());
    let world = World::at(&url, AtGoogle::from_variable(), death).await;

    let id = world
        .create(takealot(keys::TAKEALOT_GOOD))
        .await
        .connection
        .id;
    let replacement = ReplaceRequest {
        form: form(&[("apiKey", keys::TAKEALOT_GOOD)]),
        expected_version: None,
    };
    world
        .connections
        .replace(&ada(), id, replacement)
        .await
        .unwrap();
    world
        .connections
        .delete(&ada(), id, None, true)
        .await
        .unwrap();

    let left = world
        .connections
        .finish_deletions(&ada().service)
        .await
        .unwrap();
    assert_eq!(left, 0);
    assert!(world.all(&ada()).await.is_empty());
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(world.connections.sweep().await.unwrap().left, 0);
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgresql(Kind::Postgres)]
#[case::google(Kind::Google)]
#[tokio::test]
async fn a_process_killed_at_any_step_loses_no_secret_and_leaves_none(#[case] kind: Kind) {
    let at_google = MOMENTS_AT_GOOGLE.iter().filter(|_| kind == Kind::Google);
    for moment in MOMENTS.iter().chain(at_google) {
        let (database, google) = (kind.database(), kind.google());
        let at_google = google.as_ref().map(AtGoogle::of);
        die_at(moment, &database, at_google.as_ref());

        let world = World::at(database.url(), at_google, Death::at(None)).await;
        world
            .connections
            .finish_deletions(&ada().service)
            .await
            .unwrap();
        let visible = world.all(&ada()).await;
        assert!(visible.len() <= 1, "{moment}");
        for connection in &visible {
            // Whatever is visible has a secret that opens and works.
            let tested = world.connections.test(&ada(), connection.id).await;
            tested.unwrap_or_else(|error| panic!("{moment}: {error}"));
            let live = world
                .connections
                .read_credential(&ada(), read(Marketplace::Takealot))
                .await;
            live.unwrap_or_else(|error| panic!("{moment}: {error}"));
        }
        let expected = i64::try_from(visible.len()).unwrap();
        assert_eq!(rows(&database, "connections"), expected, "{moment}");
        assert_eq!(rows(&database, "credentials"), expected, "{moment}");

        world.clock.advance(TimeDelta::minutes(3));
        let swept = world.connections.sweep().await.unwrap();
        assert_eq!(swept.left, 0, "{moment}");
        assert_eq!(rows(&database, "loose_secrets"), 0, "{moment}");
        if let Some(google) = &google {
            let expected = visible.len();
            assert_eq!(google.held(), (expected, expected), "{moment}");
        }

        // Life goes on: the account can be connected, or is.
        if visible.is_empty() {
            world.create(takealot(keys::TAKEALOT_GOOD)).await;
        }
    }
}

fn die_at(moment: &str, database: &TestDatabase, google: Option<&AtGoogle>) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "life::a_whole_life_leaves_nothing_behind",
            "--exact",
            "--nocapture",
        ])
        .env(URL, database.url())
        .env(MOMENT, moment)
        .envs(google.map(AtGoogle::variable))
        .output()
        .unwrap()
        .status;
    assert_eq!(
        status.signal(),
        Some(SIGKILL),
        "the step {moment} never came"
    );
}

/// Counts past every rule of ours.
fn rows(database: &TestDatabase, table: &str) -> i64 {
    let count = format!("select count(*) from {table}");
    match database.url().strip_prefix("sqlite:") {
        None => database.psql(&count).unwrap().trim().parse().unwrap(),
        Some(path) => {
            let mut connection = SqliteConnection::establish(path).unwrap();
            sql::<BigInt>(&count).get_result(&mut connection).unwrap()
        }
    }
}
