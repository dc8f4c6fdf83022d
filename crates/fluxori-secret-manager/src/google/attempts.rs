use std::{future::Future, sync::Arc, time::Duration};

use fluxori_domain::telemetry::events;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{
    Operation, Pacer, RetrySettings, Service,
    backoff::Budget,
    operation::{Quota, Repeat},
};
use crate::{BearerToken, SecretManagerError, TokenSource, error::Trouble};

/// After a failure to get a token: a source answers from memory for about so long.
const TOKEN_PAUSE: Duration = Duration::from_millis(250);

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: SecretManagerError,
    /// How long Google asks to wait before the next.
    pub(crate) wait: Option<Duration>,
}

impl From<SecretManagerError> for Failure {
    fn from(error: SecretManagerError) -> Self {
        Self { error, wait: None }
    }
}

/// What an attempt is made with.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) token: BearerToken,
    /// Whether an earlier attempt may have done already what this one is to do.
    pub(crate) maybe_done: bool,
}

/// Makes calls: at the right pace, with a token, within the deadline, and again where that is right.
#[derive(Debug)]
pub(crate) struct Caller {
    service: Service,
    tokens: Arc<dyn TokenSource>,
    settings: RetrySettings,
    budget: Budget,
    writes: Option<Pacer>,
    reads: Option<Pacer>,
}

impl Caller {
    pub(crate) fn new(
        service: Service,
        tokens: Arc<dyn TokenSource>,
        settings: RetrySettings,
    ) -> Self {
        Self {
            service,
            tokens,
            budget: Budget::new(settings.failures_allowed),
            settings,
            writes: None,
            reads: None,
        }
    }

    pub(crate) fn paced(self, writes: Pacer, reads: Pacer) -> Self {
        Self {
            writes: Some(writes),
            reads: Some(reads),
            ..self
        }
    }

    /// Calls `attempt` until it succeeds, fails for good, or the deadline or the budget forbids another one.
    pub(crate) async fn call<T, F, Fut>(
        &self,
        operation: Operation,
        mut attempt: F,
    ) -> Result<T, SecretManagerError>
    where
        F: FnMut(Attempt) -> Fut,
        Fut: Future<Output = Result<T, Failure>>,
    {
        let deadline = Instant::now() + self.settings.deadline;
        let mut failures = 0;
        let mut is_renewed = false;
        let mut doubt: Option<SecretManagerError> = None;
        loop {
            let outcome = self
                .once(operation, deadline, doubt.is_some(), &mut attempt)
                .await;
            let Failure { error, wait } = match outcome {
                Ok(value) => {
                    self.budget.succeeded();
                    return Ok(value);
                }
                Err(failure) => failure,
            };
            if matches!(error, SecretManagerError::Unauthenticated) && !is_renewed {
                // The token was revoked early, or the machine slept. It was thrown away; a fresh one decides.
                is_renewed = true;
                continue;
            }
            let may_repeat = error.is_transient()
                && match operation.repeat() {
                    Repeat::Always => true,
                    Repeat::AfterRefusal => !error.may_have_happened(),
                };
            if error.may_have_happened() {
                doubt = Some(error.clone());
            }
            failures += 1;
            let next = Instant::now() + self.settings.pause(failures, wait);
            let is_affordable = !error.is_transient() || self.budget.failed();
            if !may_repeat || !is_affordable || next >= deadline {
                // That a later attempt was certainly not done does not undo an earlier one.
                return Err(match doubt {
                    Some(doubt) if error.is_transient() => doubt,
                    _ => error,
                });
            }
            tracing::debug!(
                event = events::GOOGLE_CALL_REPEATED,
                ?operation,
                failures,
                %error,
                "a call to Google failed and will be repeated"
            );
            sleep_until(next).await;
        }
    }

    async fn once<T, F, Fut>(
        &self,
        operation: Operation,
        deadline: Instant,
        maybe_done: bool,
        attempt: &mut F,
    ) -> Result<T, Failure>
    where
        F: FnMut(Attempt) -> Fut,
        Fut: Future<Output = Result<T, Failure>>,
    {
        self.wait_for_turn(operation, deadline).await?;
        let timed_out = |maybe_done| SecretManagerError::Unavailable {
            service: self.service,
            trouble: Trouble::TimedOut,
            maybe_done,
        };
        let token = timeout_at(deadline, self.tokens.token())
            .await
            .map_err(|_| timed_out(false))?
            .map_err(|error| Failure {
                wait: error.is_transient().then_some(TOKEN_PAUSE),
                error: error.into(),
            })?;
        let end = match operation.repeat() {
            Repeat::Always => deadline.min(Instant::now() + self.settings.attempt_timeout),
            Repeat::AfterRefusal => deadline,
        };
        let try_once = attempt(Attempt {
            token: token.clone(),
            maybe_done,
        });
        let outcome = timeout_at(end, try_once)
            .await
            .unwrap_or_else(|_| Err(timed_out(operation.changes_something()).into()));
        if let Err(Failure {
            error: SecretManagerError::Unauthenticated,
            ..
        }) = &outcome
        {
            self.tokens.reject(&token);
        }
        outcome
    }

    async fn wait_for_turn(&self, operation: Operation, deadline: Instant) -> Result<(), Failure> {
        let pacer = match operation.quota() {
            Quota::Write => &self.writes,
            Quota::Read => &self.reads,
            Quota::Unpaced => &None,
        };
        let Some(pacer) = pacer else { return Ok(()) };
        let now = Instant::now();
        match pacer.take_turn(now, deadline) {
            Ok(turn) if turn <= now => Ok(()),
            Ok(turn) => {
                sleep_until(turn).await;
                Ok(())
            }
            Err(wait) => Err(Failure {
                error: SecretManagerError::QuotaExceeded {
                    service: self.service,
                    retry_after: Some(wait),
                },
                wait: Some(wait),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
