//! One opening of a data key at a time: whoever wants it meanwhile waits for the same answer.

use std::{
    collections::HashMap,
    error::Error,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use fluxori_domain::{
    DataKeyId,
    ports::{OutsideTrouble, SecretStoreError, WrappedDataKey},
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use crate::data_key::DataKey;

type Opened = Result<Arc<DataKey>, Arc<SecretStoreError>>;
type Flight = Shared<BoxFuture<'static, Opened>>;

/// The openings under way, by data key.
///
/// A failure is shared as well: while a service does not answer, everybody waits for one timeout, not for their turn to
/// wait for one. An opening goes on while anybody waits for it, and ends with the last of them.
#[derive(Default)]
pub(crate) struct Flights(Arc<Mutex<HashMap<DataKeyId, Entry>>>);

struct Entry {
    /// Only the very same row is the same question.
    row: WrappedDataKey,
    flight: WeakShared<BoxFuture<'static, Opened>>,
}

impl Flights {
    /// The answer of `open`, or of the opening of this row that is under way already.
    pub(crate) async fn join<F>(
        &self,
        row: &WrappedDataKey,
        open: impl FnOnce() -> F,
    ) -> Result<Arc<DataKey>, SecretStoreError>
    where
        F: Future<Output = Result<Arc<DataKey>, SecretStoreError>> + Send + 'static,
    {
        self.board(row, open).await.map_err(unshare)
    }

    fn board<F>(&self, row: &WrappedDataKey, open: impl FnOnce() -> F) -> Flight
    where
        F: Future<Output = Result<Arc<DataKey>, SecretStoreError>> + Send + 'static,
    {
        let mut entries = lock(&self.0);
        let under_way = entries
            .get(&row.id)
            .filter(|entry| entry.row == *row)
            .and_then(|entry| entry.flight.upgrade());
        if let Some(flight) = under_way {
            return flight;
        }
        let landing = Landing {
            entries: Arc::clone(&self.0),
            row: row.clone(),
        };
        let open = open();
        let flight = async move {
            let landing = landing;
            let opened = open.await.map_err(Arc::new);
            drop(landing);
            opened
        }
        .boxed()
        .shared();
        if let Some(weak) = flight.downgrade() {
            let row = row.clone();
            entries.insert(row.id.clone(), Entry { row, flight: weak });
        }
        flight
    }
}

/// Takes the entry away when the opening has ended, and when nobody waits for it any more.
struct Landing {
    entries: Arc<Mutex<HashMap<DataKeyId, Entry>>>,
    row: WrappedDataKey,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut entries = lock(&self.entries);
        if entries
            .get(&self.row.id)
            .is_some_and(|entry| entry.row == self.row)
        {
            entries.remove(&self.row.id);
        }
    }
}

fn lock(entries: &Mutex<HashMap<DataKeyId, Entry>>) -> MutexGuard<'_, HashMap<DataKeyId, Entry>> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error of one's own from one that others got as well.
fn unshare(error: Arc<SecretStoreError>) -> SecretStoreError {
    let shared = match Arc::try_unwrap(error) {
        Ok(error) => return error,
        Err(shared) => shared,
    };
    let (trouble, retry_after) = match &*shared {
        SecretStoreError::DoesNotOpen => return SecretStoreError::DoesNotOpen,
        SecretStoreError::UnknownKey { id } => {
            return SecretStoreError::UnknownKey { id: id.clone() };
        }
        SecretStoreError::Outside {
            trouble,
            retry_after,
            ..
        } => (*trouble, *retry_after),
        // Opening a key has no other ways to fail.
        _ => (OutsideTrouble::Refused, None),
    };
    SecretStoreError::Outside {
        trouble,
        retry_after,
        cause: Box::new(SharedCause(shared)),
    }
}

/// The cause of an error that several callers got.
#[derive(Debug)]
struct SharedCause(Arc<SecretStoreError>);

impl SharedCause {
    fn cause(&self) -> &(dyn Error + 'static) {
        match &*self.0 {
            SecretStoreError::Outside { cause, .. } => &**cause,
            other => other,
        }
    }
}

impl fmt::Display for SharedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.cause(), f)
    }
}

impl Error for SharedCause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause().source()
    }
}
