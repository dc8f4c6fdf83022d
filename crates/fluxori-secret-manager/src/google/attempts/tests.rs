use std::{
    num::NonZeroU32,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use fluxori_domain::SecretText;

use super::*;
use crate::{Jitter, TokenError};

/// Hands out numbered tokens: another one after each rejection.
#[derive(Debug, Default)]
struct Numbered {
    current: Mutex<Option<BearerToken>>,
    made: AtomicUsize,
}

#[async_trait]
impl TokenSource for Numbered {
    async fn token(&self) -> Result<BearerToken, TokenError> {
        let mut current = self.current.lock().unwrap();
        if current.is_none() {
            let number = self.made.fetch_add(1, Ordering::SeqCst) + 1;
            let text = SecretText::new(format!("token-{number}"));
            *current = Some(BearerToken::new(text, None)?);
        }
        Ok(current.clone().unwrap())
    }

    fn reject(&self, token: &BearerToken) {
        let mut current = self.current.lock().unwrap();
        if current.as_ref().is_some_and(|kept| kept.is_same(token)) {
            *current = None;
        }
    }
}

#[derive(Debug)]
struct NoTokens(TokenError);

#[async_trait]
impl TokenSource for NoTokens {
    async fn token(&self) -> Result<BearerToken, TokenError> {
        Err(self.0.clone())
    }

    fn reject(&self, _: &BearerToken) {}
}

fn settings() -> RetrySettings {
    RetrySettings {
        jitter: Jitter::fixed(1.0),
        ..RetrySettings::default()
    }
}

fn caller(settings: RetrySettings) -> Caller {
    Caller::new(
        Service::SecretManager,
        Arc::new(Numbered::default()),
        settings,
    )
}

fn fault(maybe_done: bool) -> SecretManagerError {
    SecretManagerError::Unavailable {
        service: Service::SecretManager,
        trouble: Trouble::Fault,
        maybe_done,
    }
}

const QUOTA: SecretManagerError = SecretManagerError::QuotaExceeded {
    service: Service::SecretManager,
    retry_after: None,
};

/// Calls with scripted outcomes; the result, the number of attempts, and the time that it took.
async fn run(
    caller: &Caller,
    operation: Operation,
    outcomes: Vec<Result<u8, SecretManagerError>>,
) -> (Result<u8, SecretManagerError>, usize, Duration) {
    let begin = Instant::now();
    let count = AtomicUsize::new(0);
    let outcomes = Mutex::new(outcomes.into_iter());
    let result = caller
        .call(operation, |_| {
            count.fetch_add(1, Ordering::SeqCst);
            let next = outcomes.lock().unwrap().next();
            async {
                next.expect("no further attempt is expected")
                    .map_err(Failure::from)
            }
        })
        .await;
    (result, count.into_inner(), begin.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_transient_failure_is_repeated_after_growing_pauses() {
    let outcomes = vec![Err(fault(false)), Err(QUOTA), Err(fault(false)), Ok(7)];
    let (result, count, took) = run(&caller(settings()), Operation::AccessVersion, outcomes).await;
    assert_eq!((result, count), (Ok(7), 4));
    assert_eq!(took.as_millis(), 100 + 200 + 400);
}

#[tokio::test(start_paused = true)]
async fn a_verdict_is_not_repeated() {
    let outcomes = vec![Err(SecretManagerError::BillingDisabled)];
    let (result, count, took) = run(&caller(settings()), Operation::AccessVersion, outcomes).await;
    assert_eq!(
        (result, count),
        (Err(SecretManagerError::BillingDisabled), 1)
    );
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn adding_a_version_is_repeated_only_when_it_certainly_did_not_happen() {
    let caller = caller(settings());
    let add = Operation::AddVersion;
    let not_sent = vec![Err(fault(false)), Err(QUOTA), Ok(1)];
    let (result, count, _) = run(&caller, add, not_sent).await;
    assert_eq!((result, count), (Ok(1), 3));

    let (result, count, _) = run(&caller, add, vec![Err(fault(true))]).await;
    assert_eq!((result, count), (Err(fault(true)), 1));
}

#[tokio::test(start_paused = true)]
async fn a_doubt_outlives_later_refusals() {
    let caller = caller(RetrySettings {
        failures_allowed: 1,
        ..settings()
    });
    let outcomes = vec![Err(fault(true)), Err(QUOTA)];
    let (result, count, _) = run(&caller, Operation::CreateSecret, outcomes).await;
    assert_eq!((result, count), (Err(fault(true)), 2));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_knows_that_an_earlier_one_may_have_done_the_work() {
    let seen = Mutex::new(Vec::new());
    let result = caller(settings())
        .call(Operation::CreateSecret, |Attempt { maybe_done, .. }| {
            let mut seen = seen.lock().unwrap();
            seen.push(maybe_done);
            let outcome = match seen.len() {
                1 => Err(fault(false).into()),
                2 => Err(fault(true).into()),
                3 => Err(QUOTA.into()),
                _ => Ok(()),
            };
            async { outcome }
        })
        .await;
    assert_eq!(result, Ok(()));
    assert_eq!(*seen.lock().unwrap(), [false, false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn no_call_outlasts_its_deadline() {
    let caller = caller(settings());
    let begin = Instant::now();
    let result = caller
        .call(Operation::AccessVersion, |_| {
            std::future::pending::<Result<(), Failure>>()
        })
        .await;
    assert_eq!(
        result,
        Err(SecretManagerError::Unavailable {
            service: Service::SecretManager,
            trouble: Trouble::TimedOut,
            maybe_done: false,
        })
    );
    assert_eq!(begin.elapsed(), Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_hangs_is_waited_for_once_and_to_the_end() {
    let caller = caller(settings());
    let count = AtomicUsize::new(0);
    let result = caller
        .call(Operation::AddVersion, |_| {
            count.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<Result<(), Failure>>()
        })
        .await;
    assert!(result.unwrap_err().may_have_happened());
    assert_eq!(count.into_inner(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_ends_after_the_deadline_is_not_begun() {
    let caller = caller(settings());
    let begin = Instant::now();
    let result: Result<(), _> = caller
        .call(Operation::AccessVersion, |_| async {
            Err(Failure {
                error: QUOTA,
                wait: Some(Duration::from_secs(30)),
            })
        })
        .await;
    assert_eq!(result, Err(QUOTA));
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_google_asks_for_is_kept() {
    let caller = caller(settings());
    let begin = Instant::now();
    let count = AtomicUsize::new(0);
    let result = caller
        .call(Operation::AccessVersion, |_| {
            let number = count.fetch_add(1, Ordering::SeqCst);
            async move {
                if number > 0 {
                    return Ok(());
                }
                Err(Failure {
                    error: QUOTA,
                    wait: Some(Duration::from_secs(3)),
                })
            }
        })
        .await;
    assert_eq!(result, Ok(()));
    assert_eq!(begin.elapsed(), Duration::from_millis(3100));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once() {
    let caller = caller(settings());
    let seen = Mutex::new(Vec::new());
    let result: Result<(), _> = caller
        .call(Operation::AddVersion, |Attempt { token, .. }| {
            seen.lock().unwrap().push(token.header());
            async { Err(SecretManagerError::Unauthenticated.into()) }
        })
        .await;
    assert_eq!(result, Err(SecretManagerError::Unauthenticated));
    assert_eq!(*seen.lock().unwrap(), ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test(start_paused = true)]
async fn without_a_token_nothing_is_sent() {
    let error = TokenError::NoCredentials;
    let tokens = Arc::new(NoTokens(error.clone()));
    let caller = Caller::new(Service::SecretManager, tokens, settings());
    let (result, count, _) = run(&caller, Operation::AddVersion, Vec::new()).await;
    assert_eq!((result, count), (Err(SecretManagerError::Token(error)), 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_may_come_later_is_waited_for() {
    let error = TokenError::Unavailable {
        issuer: crate::TokenIssuer::MetadataServer,
        trouble: Trouble::Fault,
    };
    let tokens = Arc::new(NoTokens(error.clone()));
    let caller = Caller::new(Service::SecretManager, tokens, settings());
    let (result, _, took) = run(&caller, Operation::AddVersion, Vec::new()).await;
    assert_eq!(result, Err(SecretManagerError::Token(error)));
    assert!(took > Duration::from_secs(7), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_used_up_budget_stops_repetition_until_calls_succeed() {
    let caller = caller(RetrySettings {
        failures_allowed: 2,
        ..settings()
    });
    let read = Operation::AccessVersion;
    let faults = |count| vec![Err(fault(false)); count];
    let (_, count, _) = run(&caller, read, faults(3)).await;
    assert_eq!(count, 3, "two repetitions are all there is");
    let (_, count, _) = run(&caller, read, faults(1)).await;
    assert_eq!(count, 1);
    for _ in 0..40 {
        let (result, ..) = run(&caller, read, vec![Ok(1)]).await;
        assert_eq!(result, Ok(1));
    }
    let (_, count, _) = run(&caller, read, vec![Err(fault(false)), Ok(1)]).await;
    assert_eq!(count, 2);
}

#[tokio::test(start_paused = true)]
async fn changes_are_paced_and_reading_payloads_is_not() {
    let pace = || Pacer::per_minute(NonZeroU32::new(60).unwrap());
    let caller = caller(settings()).paced(pace(), pace());
    let begin = Instant::now();
    for _ in 0..200 {
        let (result, ..) = run(&caller, Operation::AccessVersion, vec![Ok(1)]).await;
        assert_eq!(result, Ok(1));
    }
    assert_eq!(begin.elapsed(), Duration::ZERO);
    for _ in 0..10 {
        let (result, ..) = run(&caller, Operation::DestroyVersion, vec![Ok(1)]).await;
        assert_eq!(result, Ok(1));
    }
    // Six at once, then 54 a minute.
    assert_eq!(begin.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_get_a_turn_before_the_deadline_is_told_at_once_and_when() {
    let pace = || Pacer::per_minute(NonZeroU32::new(1).unwrap());
    let caller = caller(settings()).paced(pace(), pace());
    let write = Operation::DeleteSecret;
    let (result, ..) = run(&caller, write, vec![Ok(1)]).await;
    assert_eq!(result, Ok(1));
    let (result, count, took) = run(&caller, write, Vec::new()).await;
    assert_eq!(
        result,
        Err(SecretManagerError::QuotaExceeded {
            service: Service::SecretManager,
            retry_after: Some(Duration::from_mins(1)),
        })
    );
    assert_eq!((count, took), (0, Duration::ZERO));
}
