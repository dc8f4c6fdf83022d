use std::sync::Arc;

use async_trait::async_trait;
use fluxori_domain::{
    Backend, OrganizationId, Plaintext, SecretContext, StoredSecret,
    ports::{OutsideStore, OutsideTrouble, Place, SecretStore, SecretStoreError},
    telemetry::{SECRET_STORE_CALL_DURATION, SECRET_STORE_CALLS, STORE_OUTCOMES},
};
use metrics::{Counter, Histogram, counter, histogram};
use tracing::Instrument as _;

use super::Stopwatch;

/// A secret store whose calls are counted and timed, and traced where they leave the database.
pub(crate) struct ObservedStore {
    pub(super) inner: Arc<dyn SecretStore>,
    store: &'static str,
    opened: [Counter; STORE_OUTCOMES.len()],
    opening: Histogram,
    is_outside: bool,
}

impl ObservedStore {
    pub(crate) fn new(inner: Arc<dyn SecretStore>) -> Self {
        let backend = inner.backend();
        let store = backend.as_str();
        Self {
            inner,
            store,
            opened: std::array::from_fn(|index| calls(store, "open", STORE_OUTCOMES[index])),
            opening: duration(store, "open"),
            is_outside: backend.is_outside(),
        }
    }

    /// Waits for a call.
    pub(super) async fn observe<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, SecretStoreError>>,
    ) -> Result<T, SecretStoreError> {
        let duration = duration(self.store, operation);
        let stopwatch = Stopwatch::start(&duration);
        let result = self.traced(operation, work).await;
        stopwatch.stop(&calls(
            self.store,
            operation,
            STORE_OUTCOMES[outcome(&result)],
        ));
        result
    }

    async fn traced<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, SecretStoreError>>,
    ) -> Result<T, SecretStoreError> {
        if !self.is_outside {
            return work.await;
        }
        let store = self.store;
        let span = tracing::info_span!("secret store", otel.kind = "client", store, operation);
        work.instrument(span).await
    }
}

fn calls(store: &'static str, operation: &'static str, outcome: &'static str) -> Counter {
    counter!(SECRET_STORE_CALLS, "store" => store, "operation" => operation, "outcome" => outcome)
}

fn duration(store: &'static str, operation: &'static str) -> Histogram {
    histogram!(SECRET_STORE_CALL_DURATION, "store" => store, "operation" => operation)
}

/// Which of [`STORE_OUTCOMES`] it is.
fn outcome<T>(result: &Result<T, SecretStoreError>) -> usize {
    let Err(error) = result else {
        return 0;
    };
    match error {
        SecretStoreError::Storage(_) => 2,
        error if error.is_transient() => 1,
        error if error.is_gone() => 4,
        SecretStoreError::Outside {
            trouble: OutsideTrouble::Denied | OutsideTrouble::Unauthenticated,
            ..
        } => 3,
        SecretStoreError::DoesNotOpen => 5,
        SecretStoreError::UnknownKey { .. } => 6,
        _ => 7,
    }
}

#[async_trait]
impl SecretStore for ObservedStore {
    fn backend(&self) -> Backend {
        self.inner.backend()
    }

    async fn put(
        &self,
        context: &SecretContext,
        plaintext: &Plaintext,
        place: Option<&Place>,
    ) -> Result<StoredSecret, SecretStoreError> {
        self.observe("put", self.inner.put(context, plaintext, place))
            .await
    }

    async fn open(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<Plaintext, SecretStoreError> {
        let work = self.inner.open(context, stored);
        if !self.is_outside {
            // On the way of every read, and mostly no call at all.
            let result = work.await;
            self.opened[outcome(&result)].increment(1);
            return result;
        }
        let stopwatch = Stopwatch::start(&self.opening);
        let result = self.traced("open", work).await;
        stopwatch.stop(&self.opened[outcome(&result)]);
        result
    }

    async fn make_ready(
        &self,
        organization: &OrganizationId,
        beside: Option<&StoredSecret>,
    ) -> Result<(), SecretStoreError> {
        self.observe("make_ready", self.inner.make_ready(organization, beside))
            .await
    }

    fn outside(&self) -> Option<&dyn OutsideStore> {
        self.inner.outside().map(|_| self as &dyn OutsideStore)
    }
}

#[cfg(test)]
mod tests {
    use fluxori_domain::ports::StorageError;

    use super::*;

    fn named(error: SecretStoreError) -> &'static str {
        STORE_OUTCOMES[outcome::<()>(&Err(error))]
    }

    fn outside(trouble: OutsideTrouble) -> SecretStoreError {
        SecretStoreError::Outside {
            trouble,
            retry_after: None,
            cause: "for a test".into(),
        }
    }

    #[test]
    fn every_failure_has_the_name_that_says_what_to_do() {
        assert_eq!(STORE_OUTCOMES[outcome(&Ok(()))], "ok");
        assert_eq!(named(outside(OutsideTrouble::Quota)), "transient");
        assert_eq!(named(outside(OutsideTrouble::Denied)), "denied");
        assert_eq!(named(outside(OutsideTrouble::Destroyed)), "gone");
        assert_eq!(named(outside(OutsideTrouble::Billing)), "refused");
        assert_eq!(named(SecretStoreError::DoesNotOpen), "does_not_open");
        let unavailable = StorageError::Unavailable("for a test".into());
        assert_eq!(named(unavailable.into()), "database");
        let missing = SecretStoreError::UnknownKey { id: String::new() };
        assert_eq!(named(missing), "unknown_key");
    }
}
