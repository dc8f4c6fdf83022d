use std::sync::{
    Arc, Mutex as BlockingMutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use diesel::result::Error as DriverError;
use diesel_async::AsyncPgConnection;
use fluxori_domain::ports::StorageError;
use tokio::sync::Mutex;

use super::{connector::Connector, dialect::is_transient};

/// A connection that many point reads share: their statements follow each other without waiting for answers.
pub(crate) struct Reader {
    connection: AsyncPgConnection,
    closed: Arc<AtomicBool>,
}

impl Reader {
    /// The connection, for statements outside any transaction.
    pub(super) const fn connection(&self) -> &AsyncPgConnection {
        &self.connection
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Lets nobody begin on this connection any more if the failure may be due to it: a server that ends a connection
    /// answers what is under way with an error before it closes.
    pub(super) fn retire_after(&self, error: &DriverError) {
        if is_transient(error) {
            self.closed.store(true, Ordering::Release);
        }
    }
}

/// A few shared connections, used in turn, opened when first needed and replaced when they break.
pub(crate) struct Readers {
    connector: Arc<Connector>,
    slots: Box<[Slot]>,
    turn: AtomicUsize,
}

#[derive(Default)]
struct Slot {
    reader: BlockingMutex<Option<Arc<Reader>>>,
    opening: Mutex<()>,
}

impl Slot {
    fn open_reader(&self) -> Option<Arc<Reader>> {
        self.reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .filter(|reader| !reader.is_closed())
            .map(Arc::clone)
    }
}

impl Readers {
    pub(super) fn new(connector: Arc<Connector>, count: usize) -> Self {
        Self {
            connector,
            slots: std::iter::repeat_with(Slot::default).take(count).collect(),
            turn: AtomicUsize::new(0),
        }
    }

    /// How many connections there are at most.
    pub(super) fn count(&self) -> usize {
        self.slots.len()
    }

    /// The next reader in turn.
    pub(super) async fn next(&self) -> Result<Arc<Reader>, StorageError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let slot = &self.slots[turn % self.slots.len()];
        match slot.open_reader() {
            Some(reader) => Ok(reader),
            None => self.open(slot).await,
        }
    }

    /// Opens one connection however many callers wait for it.
    async fn open(&self, slot: &Slot) -> Result<Arc<Reader>, StorageError> {
        let _one_at_a_time = slot.opening.lock().await;
        if let Some(reader) = slot.open_reader() {
            return Ok(reader);
        }
        let (connection, closed) = self
            .connector
            .open()
            .await
            .map_err(|error| StorageError::Unavailable(Box::new(error)))?;
        let reader = Arc::new(Reader { connection, closed });
        *slot.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&reader));
        Ok(reader)
    }
}
