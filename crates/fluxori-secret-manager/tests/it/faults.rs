use std::time::Duration;

use fluxori_secret_manager::{Labels, Resource, SecretManagerError, Trouble};
use fluxori_test_support::google::{Call, Code, Fault, FaultRule};
use rstest::rstest;

use crate::world::{World, id_of, of, text};

fn once(fault: Fault, call: Call) -> FaultRule {
    FaultRule::new(fault).at(call).times(1)
}

#[rstest]
#[case(Fault::AnswerLost)]
#[case(Fault::Reset)]
#[case(Fault::HalfBody)]
#[case(Fault::Page(502))]
#[case(Fault::PageAfter(503))]
#[case(Fault::Refused(Code::Unavailable))]
#[case(Fault::RefusedAfter(Code::Internal))]
#[tokio::test]
async fn one_bad_moment_is_not_noticed_by_what_may_be_repeated(#[case] fault: Fault) {
    let world = World::new();
    let secret = id_of("one");
    world.google.inject(once(fault, Call::CreateSecret));
    world
        .secrets
        .create(&secret, &Labels::none())
        .await
        .unwrap();
    let version = world
        .secrets
        .add_version(&secret, &of("canary"))
        .await
        .unwrap();
    world.google.inject(once(fault, Call::AccessSecretVersion));
    let read = world.secrets.access(&secret, version).await.unwrap();
    assert_eq!(text(read), "canary");
    world.google.inject(once(fault, Call::DestroySecretVersion));
    world.secrets.destroy(&secret, version).await.unwrap();
    world.google.inject(once(fault, Call::DeleteSecret));
    world.secrets.delete(&secret).await.unwrap();
    assert_eq!(world.google.held(), (0, 0));
    for call in [
        Call::CreateSecret,
        Call::AccessSecretVersion,
        Call::DestroySecretVersion,
        Call::DeleteSecret,
    ] {
        assert_eq!(world.google.count(call), 2, "{call:?}");
    }
}

#[rstest]
#[case(Fault::AnswerLost)]
#[case(Fault::HalfBody)]
#[case(Fault::PageAfter(502))]
#[case(Fault::RefusedAfter(Code::Unavailable))]
#[case(Fault::RefusedAfter(Code::DeadlineExceeded))]
#[tokio::test]
async fn a_version_whose_answer_is_lost_is_not_added_twice(#[case] fault: Fault) {
    let world = World::new();
    let (secret, _) = world.secret("one", "x").await;
    world.google.inject(once(fault, Call::AddSecretVersion));
    let error = world
        .secrets
        .add_version(&secret, &of("y"))
        .await
        .unwrap_err();
    assert!(
        error.may_have_happened() && error.is_transient(),
        "{error:?}"
    );
    assert_eq!(world.google.held(), (1, 2));
}

#[rstest]
#[case(Fault::Reset)]
#[case(Fault::Page(503))]
#[case(Fault::Refused(Code::Unavailable))]
#[tokio::test]
async fn a_version_that_was_not_added_is_doubted_too_for_nobody_can_tell(#[case] fault: Fault) {
    let world = World::new();
    let (secret, _) = world.secret("one", "x").await;
    world.google.inject(once(fault, Call::AddSecretVersion));
    let error = world
        .secrets
        .add_version(&secret, &of("y"))
        .await
        .unwrap_err();
    assert!(error.may_have_happened(), "{error:?}");
    assert_eq!(world.google.held(), (1, 1));
}

#[tokio::test]
async fn a_version_that_google_refused_for_its_quota_is_added_once_it_may() {
    let world = World::new();
    let (secret, _) = world.secret("one", "x").await;
    let refused = Fault::Refused(Code::ResourceExhausted);
    world.google.inject(once(refused, Call::AddSecretVersion));
    world.secrets.add_version(&secret, &of("y")).await.unwrap();
    assert_eq!(world.google.held(), (1, 2));
}

#[tokio::test]
async fn a_google_that_stays_down_is_not_available() {
    let world = World::with(|settings| settings.retry.failures_allowed = 3);
    let (secret, version) = world.secret("one", "x").await;
    world.google.inject(FaultRule::new(Fault::Page(503)));
    let error = world.secrets.access(&secret, version).await.unwrap_err();
    assert!(
        matches!(
            error,
            SecretManagerError::Unavailable {
                trouble: Trouble::Fault,
                maybe_done: false,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(world.google.count(Call::AccessSecretVersion), 4);
}

#[tokio::test]
async fn a_google_that_does_not_answer_is_not_waited_for_longer_than_the_deadline() {
    let world = World::with(|settings| {
        settings.retry.deadline = Duration::from_millis(600);
        settings.retry.attempt_timeout = Duration::from_millis(200);
    });
    let (secret, version) = world.secret("one", "x").await;
    let slow = FaultRule::new(Fault::Slow(Duration::from_mins(1)));
    world.google.inject(slow.at(Call::AccessSecretVersion));
    let error = world.secrets.access(&secret, version).await.unwrap_err();
    assert!(
        matches!(
            error,
            SecretManagerError::Unavailable {
                trouble: Trouble::TimedOut,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn without_anybody_there_nothing_was_done() {
    let world = World::with(|settings| {
        settings.endpoint = "http://127.0.0.1:1".parse().unwrap();
        settings.retry.failures_allowed = 2;
    });
    let error = world
        .secrets
        .add_version(&id_of("one"), &of("x"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            SecretManagerError::Unavailable {
                trouble: Trouble::NotReached,
                maybe_done: false,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(!error.may_have_happened());
}

#[tokio::test]
async fn a_secret_that_somebody_made_while_our_call_was_refused_is_not_ours() {
    let world = World::new();
    let (secret, _) = world.secret("one", "x").await;
    let refused = Fault::Refused(Code::ResourceExhausted);
    world.google.inject(once(refused, Call::CreateSecret));
    let error = world
        .secrets
        .create(&secret, &Labels::none())
        .await
        .unwrap_err();
    let resource = Resource::Secret(secret);
    assert_eq!(error, SecretManagerError::AlreadyExists { resource });
}
