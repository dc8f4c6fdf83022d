use actix_web::web::Data;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::problem::{Panicked, Problem};

/// Use cases that are finished even if nobody waits for them any more: the caller is gone, has waited long enough, or the
/// server stops. They run where the database is driven, and not on the threads that answer requests, which end first.
pub(crate) struct Work {
    home: Handle,
    tasks: TaskTracker,
}

impl Work {
    /// For the present runtime.
    ///
    /// # Panics
    /// Outside of one.
    pub(crate) fn here() -> Data<Self> {
        Data::new(Self {
            home: Handle::current(),
            tasks: TaskTracker::new(),
        })
    }

    /// Does what changes something, to its end, and says what came of it.
    pub(crate) async fn finish<T: Send + 'static>(
        &self,
        use_case: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Problem> {
        let task = use_case.in_current_span();
        let task = self.tasks.spawn_on(task, &self.home);
        // What a panic said may quote anything.
        task.await
            .map_err(|_| Problem::internal().caused_by(Panicked))
    }

    /// Waits for what is not finished yet.
    pub(crate) async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
