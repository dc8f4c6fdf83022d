//! A process that is killed at any step of a refresh or a consent loses no grant that the marketplace can give back.

use std::{os::unix::process::ExitStatusExt as _, process::Command, sync::Arc};

use fluxori_connections::{ConsentResult, Pace};
use fluxori_domain::{CallbackQuery, Marketplace, SecretText};
use fluxori_test_support::{
    clock::ManualClock,
    database::TestDatabase,
    providers::{Decision, Endpoints, Provider, keys},
};
use rstest::rstest;
use secrecy::ExposeSecret as _;

use crate::{
    browser::{decide, same, wish},
    dying::Death,
    google::AtGoogle,
    world::{Kind, World, ada, process, read},
};

const URL: &str = "FLUXORI_TEST_REFRESH_URL";
const ORIGIN: &str = "FLUXORI_TEST_REFRESH_ORIGIN";
const MOMENT: &str = "FLUXORI_TEST_REFRESH_DEATH";
const CALLBACK: &str = "FLUXORI_TEST_REFRESH_CALLBACK";
const BROWSER: &str = "FLUXORI_TEST_REFRESH_BROWSER";
const SIGKILL: i32 = 9;

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What a process of its own does, until it dies on the way: reads, and so refreshes, or ends a consent. Run by itself it has
/// nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_refreshes() {
    let (Some(url), Some(origin)) = (variable(URL), variable(ORIGIN)) else {
        assert!(variable(MOMENT).is_none());
        return;
    };
    let clock = Arc::new(ManualClock::default());
    clock.advance(chrono::TimeDelta::hours(if variable(CALLBACK).is_some() {
        0
    } else {
        2
    }));
    let death = Death::at(variable(MOMENT));
    let google = AtGoogle::from_variable();
    let home = (url.as_str(), google.as_ref());
    let (connections, _audit) = process(home, &Endpoints::at(&origin), clock, death).await;
    // Whoever comes after the dead need not wait.
    let pace = Pace::default().with_lease(std::time::Duration::ZERO);
    let connections = connections.with_pace(pace.unwrap());
    if let Some(callback) = variable(CALLBACK) {
        let callback: url::Url = callback.parse().unwrap();
        let query = callback
            .query_pairs()
            .map(|(name, value)| (name.into_owned(), SecretText::new(value.into_owned())))
            .collect();
        let browser = fluxori_connections::BrowserBinding::parse(&variable(BROWSER).unwrap());
        let service = ada().service;
        connections
            .finish_consent(
                &service,
                Marketplace::Shopify,
                CallbackQuery::new(query),
                browser,
            )
            .await;
    } else {
        let ada = ada();
        let read = connections.read_credential(&ada, read(Marketplace::Shopify));
        drop(read.await);
    }
}

fn die(world: &World, database: &TestDatabase, moment: &str, more: &[(&str, &str)]) {
    let origin = world.providers.endpoints().xero_api_url.clone();
    let origin = origin.strip_suffix("/xero").unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "refresh_crash::a_process_that_refreshes",
            "--exact",
            "--nocapture",
        ])
        .envs(more.iter().copied())
        .envs(world.at_google.as_ref().map(AtGoogle::variable))
        .env(URL, database.url())
        .env(ORIGIN, origin)
        .env(MOMENT, moment)
        .output()
        .unwrap()
        .status;
    assert_eq!(
        status.signal(),
        Some(SIGKILL),
        "the step {moment} never came"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_dies_at_any_step_is_finished_by_the_next(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[values(
        "before begin",
        "after begin",
        "before put",
        "before complete",
        "after complete"
    )]
    moment: &str,
) {
    let (database, google) = (kind.database(), kind.google());
    let at_google = google.as_ref().map(AtGoogle::of);
    let world = World::at(database.url(), at_google, Death::at(None)).await;
    let connection = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    world.clock.advance(chrono::TimeDelta::hours(2));
    die(&world, &database, moment, &[]);

    // The answer was lost with the process between the marketplace's yes and the database's.
    let lost = u64::from(["before put", "before complete"].contains(&moment));
    let finished = world
        .connections
        .finish_refreshes(&ada().service)
        .await
        .unwrap();
    let open = ["after begin", "before put", "before complete"].contains(&moment);
    assert_eq!(finished, usize::from(open), "{moment}");
    world
        .connections
        .read_credential(&ada(), read(Marketplace::Shopify))
        .await
        .unwrap();
    let counts = world.providers.grants_spent(Provider::Shopify);
    assert_eq!((counts.spent, counts.refused), (1 + lost, 0), "{moment}");
    assert_eq!(
        world.by_ids(&[connection.id]).await[0].status,
        connection.status
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_dies_at_any_step_can_be_given_again(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[values("before put", "before store", "after store")] moment: &str,
) {
    let (database, google) = (kind.database(), kind.google());
    let at_google = google.as_ref().map(AtGoogle::of);
    let world = World::at(database.url(), at_google, Death::at(None)).await;
    let left = world.leave(wish(Marketplace::Shopify)).await.unwrap();
    let back = decide(&left, Decision::agree()).await;
    #[expect(clippy::disallowed_methods, reason = "EXPOSE: plays the browser")]
    let cookie = left.browser.to_cookie().expose_secret().to_owned();
    die(
        &world,
        &database,
        moment,
        &[(CALLBACK, back.as_str()), (BROWSER, &cookie)],
    );

    let visible = world.all(&ada()).await;
    assert_eq!(
        visible.len(),
        usize::from(moment == "after store"),
        "{moment}"
    );
    let again = crate::browser::come_back(
        &world.connections,
        Marketplace::Shopify,
        &back,
        same(&left.browser),
    );
    assert_eq!(
        again.await.result,
        ConsentResult::Expired,
        "the code is used up"
    );
    let connection = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    assert_eq!(connection.account_id.unwrap().as_str(), keys::SHOPIFY_SHOP);
    assert_eq!(world.all(&ada()).await.len(), 1);
    world
        .connections
        .read_credential(&ada(), read(Marketplace::Shopify))
        .await
        .unwrap();
}
