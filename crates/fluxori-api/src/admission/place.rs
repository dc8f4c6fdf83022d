use std::{cell::RefCell, pin::pin, rc::Rc, sync::Arc, task::Poll};

use actix_web::{HttpMessage, HttpRequest};
use futures_util::poll;

use super::{door::Door, places::TakenPlace};
use crate::problem::Problem;

/// The place of a request behind a door, for as long as it is answered.
pub(super) struct Place {
    door: Arc<Door>,
    held: RefCell<Option<TakenPlace>>,
}

impl Place {
    pub(super) async fn take(door: &Arc<Door>) -> Result<Rc<Self>, Problem> {
        let held = RefCell::new(Some(door.enter().await?));
        let door = Arc::clone(door);
        Ok(Rc::new(Self { door, held }))
    }

    /// Gives the place to others while there is nothing to do but wait.
    async fn aside<T>(&self, waiting: impl Future<Output = T>) -> Result<T, Problem> {
        let mut waiting = pin!(waiting);
        if let Poll::Ready(done) = poll!(waiting.as_mut()) {
            return Ok(done);
        }
        drop(self.held.take());
        let done = waiting.await;
        let place = self.door.enter().await?;
        self.held.replace(Some(place));
        Ok(done)
    }
}

/// How a request waits for somebody outside, such as a caller who sends slowly, without keeping others from being answered.
pub(crate) struct Aside(Option<Rc<Place>>);

impl Aside {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self(request.extensions().get::<Rc<Place>>().cloned())
    }

    /// Waits. Afterwards there may be no place: whatever is waited for in this way comes before anything is changed.
    pub(crate) async fn wait_for<T>(&self, waiting: impl Future<Output = T>) -> Result<T, Problem> {
        match &self.0 {
            Some(place) => place.aside(waiting).await,
            None => Ok(waiting.await),
        }
    }
}
