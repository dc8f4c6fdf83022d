use std::sync::Arc;

use fluxori_domain::{
    Marketplace, TenantScope,
    ports::{Selector, StorageError},
};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc, oneshot},
};

use super::{
    dialect::{is_transient, storage_error},
    many,
    reads::Reads,
};
use crate::{failure::Failure, queries::read, rows::ReadRow};

/// Most questions of one statement.
const MOST: usize = 64;
/// Statements under way at the same time: while the database works on some, we work on the answers to others.
const AT_ONCE: usize = 4;

/// Puts the adapters' reads of defaults together: while [`AT_ONCE`] statements are under way, the questions that arrive wait for
/// the next one and go with it. Nobody waits for company: a caller who is alone is served at once.
///
/// A statement costs the server and us far more than a row does, most of it for waking each other up. That is why one
/// queue beats several: the more it collects, the cheaper each answer.
pub(crate) struct Batches(mpsc::UnboundedSender<Question>);

struct Question {
    scope: TenantScope,
    marketplace: Marketplace,
    answer: oneshot::Sender<Result<Vec<ReadRow>, StorageError>>,
}

impl Batches {
    /// Starts the queue.
    pub(super) fn start(reads: Arc<Reads>, runtime: &Handle) -> Self {
        let (questions, queue) = mpsc::unbounded_channel();
        runtime.spawn(serve(queue, reads));
        Self(questions)
    }

    /// The rows for [`Selector::Default`].
    pub(crate) async fn read_default(
        &self,
        scope: &TenantScope,
        marketplace: Marketplace,
    ) -> Result<Vec<ReadRow>, StorageError> {
        let (answer, answered) = oneshot::channel();
        let question = Question {
            scope: scope.clone(),
            marketplace,
            answer,
        };
        self.0
            .send(question)
            .map_err(|_| StorageError::Unavailable(Box::new(Stopped)))?;
        answered
            .await
            .map_err(|_| StorageError::Unavailable(Box::new(Stopped)))?
    }
}

/// The runtime that the database was opened on has ended.
#[derive(Debug, thiserror::Error)]
#[error("the runtime of the database has ended")]
struct Stopped;

/// One failure of a statement, for each of those who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("a statement that read for several callers failed")]
struct SharedFailure(#[source] Arc<StorageError>);

/// Answers question after question until the database is closed.
async fn serve(mut queue: mpsc::UnboundedReceiver<Question>, reads: Arc<Reads>) {
    let under_way = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let permit = Arc::clone(&under_way).acquire_owned().await;
        let Some(first) = queue.recv().await else {
            return;
        };
        let mut questions = vec![first];
        // Callers whose answers came together ask again together: let them all speak before the next statement.
        tokio::task::yield_now().await;
        while questions.len() < MOST
            && let Ok(next) = queue.try_recv()
        {
            questions.push(next);
        }
        questions.retain(|question| !question.answer.is_closed());
        if !questions.is_empty() {
            let reads = Arc::clone(&reads);
            tokio::spawn(async move {
                answer(questions, &reads).await;
                drop(permit);
            });
        }
    }
}

/// Tells each what they asked for, by one statement.
async fn answer(questions: Vec<Question>, reads: &Reads) {
    match ask(reads, &questions).await {
        Ok(answers) => {
            for (question, rows) in questions.into_iter().zip(answers) {
                // Whoever has gone does not need the answer.
                let _ = question.answer.send(Ok(rows));
            }
        }
        Err(error) => {
            let transient = error.is_transient();
            let failure = SharedFailure(Arc::new(error));
            for question in questions {
                let cause = Box::new(failure.clone());
                let _ = question.answer.send(Err(if transient {
                    StorageError::Unavailable(cause)
                } else {
                    StorageError::Refused(cause)
                }));
            }
        }
    }
}

/// One statement for all, on another connection if the first is no longer good.
async fn ask(reads: &Reads, questions: &[Question]) -> Result<Vec<Vec<ReadRow>>, StorageError> {
    let mut spare = reads.spare();
    loop {
        let reading = reads.point().await?;
        let result = ask_once(reading.connection(), questions).await;
        match reading.end(result).await {
            Err(error) if spare > 0 && is_transient(&error) => spare -= 1,
            result => break result.map_err(|error| storage_error(Failure::Driver(error))),
        }
    }
}

async fn ask_once(
    mut connection: &diesel_async::AsyncPgConnection,
    questions: &[Question],
) -> diesel::QueryResult<Vec<Vec<ReadRow>>> {
    if let [
        Question {
            scope, marketplace, ..
        },
    ] = questions
    {
        let rows = read::postgres::read_credential(
            &mut connection,
            scope,
            *marketplace,
            &Selector::Default,
        );
        return Ok(vec![rows.await?]);
    }
    let wanted: Vec<_> = questions
        .iter()
        .map(|question| (&question.scope, question.marketplace))
        .collect();
    many::defaults(connection, &wanted).await
}
