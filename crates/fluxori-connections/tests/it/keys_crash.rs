//! A process that is killed at any step of changing keys leaves everything readable, and the next one ends what it began.

use std::{os::unix::process::ExitStatusExt as _, process::Command, sync::Arc};

use fluxori_connections::{Retirement, Rotate};
use fluxori_domain::ports::SealedCount;
use fluxori_test_support::clock::ManualClock;
use rstest::rstest;

use crate::{
    dying::Death,
    dying_keys::MOMENTS_OF_KEYS,
    keys::{NEW, all_again, both_open, with_two},
    world::{Kind, MASTER_KEY as OLD, World, keyring, keys_at},
};

const URL: &str = "FLUXORI_TEST_KEYS_URL";
const MOMENT: &str = "FLUXORI_TEST_KEYS_DEATH";
const SIGKILL: i32 = 9;

/// What a process of its own does, until it dies on the way. Run by itself it has nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_changes_keys() {
    let Ok(url) = std::env::var(URL) else {
        assert!(std::env::var(MOMENT).is_err());
        return;
    };
    let death = Death::at(std::env::var(MOMENT).ok());
    let clock = Arc::new(ManualClock::default());
    let keys = keys_at(&url, keyring(NEW, &[OLD]), clock, death).await;
    keys.rotate(Rotate::default(), |_| {}).await.unwrap();
    keys.reseal(&all_again(), |_| {}).await.unwrap();
    let retired = keys.retire(keyring(OLD, &[]).active_id()).await.unwrap();
    assert_eq!(retired, Retirement::Withdrawn);
}

#[rstest]
#[case(Kind::Sqlite)]
#[case(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_after_the_dead_ends_what_they_began(#[case] kind: Kind) {
    for moment in MOMENTS_OF_KEYS {
        let world = World::new(kind).await;
        with_two(&world).await;
        let run = |moment: Option<&str>| {
            Command::new(std::env::current_exe().unwrap())
                .args(["keys_crash::a_process_that_changes_keys", "--exact"])
                .env(URL, world.url())
                .envs(moment.map(|moment| (MOMENT, moment)))
                .output()
                .unwrap()
        };
        let killed = run(Some(moment)).status;
        assert_eq!(killed.signal(), Some(SIGKILL), "{moment}");
        both_open(&world.neighbour_with(keyring(NEW, &[OLD])).await).await;
        let done = run(None);
        assert!(done.status.success(), "{moment}: {done:?}");
        both_open(&world.neighbour_with(keyring(NEW, &[])).await).await;
        let keys = world.keys(keyring(NEW, &[])).await;
        let expected = SealedCount {
            credentials: 2,
            by_inactive: 0,
            active_keys: 2,
            inactive_keys: 0,
        };
        assert_eq!(keys.count_sealed(None).await.unwrap(), expected, "{moment}");
    }
}
