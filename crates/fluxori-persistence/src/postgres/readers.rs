use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex as BlockingMutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use diesel::result::Error as DriverError;
use diesel_async::AsyncPgConnection;
use fluxori_domain::ports::StorageError;
use tokio::{
    runtime::{self, Handle},
    sync::Mutex,
};

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

/// A few shared connections, used in turn, and those that runtimes have to themselves: opened when first needed and replaced
/// when they break.
pub(crate) struct Readers {
    connector: Arc<Connector>,
    shared: Box<[Slot]>,
    turn: AtomicUsize,
    own: RwLock<HashMap<runtime::Id, Arc<Slot>>>,
    most_own: usize,
}

/// On which runtime a connection is opened, and with which it ends.
#[derive(Clone, Copy)]
enum Home {
    Connector,
    Caller,
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
    /// So many shared ones, and one for each of so many runtimes.
    pub(super) fn new(connector: Arc<Connector>, shared: usize, most_own: usize) -> Self {
        Self {
            connector,
            shared: std::iter::repeat_with(Slot::default).take(shared).collect(),
            turn: AtomicUsize::new(0),
            own: RwLock::default(),
            most_own,
        }
    }

    /// On how many connections a caller may be put.
    pub(super) fn count(&self) -> usize {
        self.shared.len()
    }

    /// Gives the present runtime a connection to itself, if there are any left.
    pub(super) fn begin_here(&self) {
        let here = Handle::current().id();
        let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
        if own.len() < self.most_own {
            own.entry(here).or_default();
        }
    }

    /// The caller's own reader, or else the next in turn.
    pub(super) async fn next(&self) -> Result<Arc<Reader>, StorageError> {
        if let Some(own) = self.own().await {
            return own;
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let slot = &self.shared[turn % self.shared.len()];
        self.reader(slot, Home::Connector).await
    }

    /// The reader that the caller's runtime has to itself, if it has one.
    pub(super) async fn own(&self) -> Option<Result<Arc<Reader>, StorageError>> {
        let here = Handle::try_current().ok()?.id();
        let slot = {
            let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(own.get(&here)?)
        };
        Some(self.reader(&slot, Home::Caller).await)
    }

    /// Opens one connection however many callers wait for it.
    async fn reader(&self, slot: &Slot, home: Home) -> Result<Arc<Reader>, StorageError> {
        if let Some(reader) = slot.open_reader() {
            return Ok(reader);
        }
        let _one_at_a_time = slot.opening.lock().await;
        if let Some(reader) = slot.open_reader() {
            return Ok(reader);
        }
        let opened = match home {
            Home::Connector => self.connector.open().await,
            Home::Caller => self.connector.open_here().await,
        };
        let (connection, closed) =
            opened.map_err(|error| StorageError::Unavailable(Box::new(error)))?;
        let reader = Arc::new(Reader { connection, closed });
        *slot.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&reader));
        Ok(reader)
    }
}
