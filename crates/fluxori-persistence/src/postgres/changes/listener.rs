use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::{Poll, ready},
    time::Duration,
};

use fluxori_domain::telemetry::events;
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Notification};
use uuid::Uuid;

use super::Board;
use crate::{
    DatabaseError,
    postgres::{connector::BareConnection, direct::Direct},
};

/// Where the triggers of the tables speak.
const CHANGES: &str = "fluxori_changes";

/// The lock that listeners share, by which the triggers know that somebody listens.
const LISTENERS: i64 = 7_380_403_049_479_694_593;

/// Pause between two messages to ourselves.
const BEAT: Duration = Duration::from_millis(250);

/// How long one of them may be on its way before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long preparing may take: a transaction that began before us may hold the lock.
const PREPARATION: Duration = Duration::from_secs(15);

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why listening has ended.
#[derive(Debug, thiserror::Error)]
enum Interruption {
    #[error("no connection to the database")]
    NoConnection(#[from] DatabaseError),
    #[error("the connection is lost")]
    Lost(#[from] tokio_postgres::Error),
    #[error("the connection is closed")]
    Closed,
    #[error("the server does not deliver messages")]
    Silence,
}

/// Listens for ever.
pub(super) async fn run(direct: Direct, board: Arc<Board>) {
    let mut pause = FIRST_PAUSE;
    let mut is_new = true;
    loop {
        let Err(error) = listen(&direct, &board).await;
        if board.interrupt() {
            (pause, is_new) = (FIRST_PAUSE, true);
        }
        if is_new {
            tracing::warn!(
                event = events::CHANGES_UNHEARD,
                error = &error as &dyn std::error::Error,
                "changes by other processes are not heard: credentials are read from the database"
            );
        } else {
            tracing::debug!(
                event = events::CHANGES_UNHEARD,
                error = &error as &dyn std::error::Error,
                "still not heard"
            );
        }
        is_new = false;
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One connection, from its beginning to its end.
async fn listen(direct: &Direct, board: &Board) -> Result<std::convert::Infallible, Interruption> {
    let (client, connection) = direct.open_bare().await?;
    // Of our own, so that only our own messages vouch.
    let own = format!("fluxori_heartbeat_{}", Uuid::new_v4().simple());
    tokio::select! {
        error = receive(connection, board, &own) => Err(error),
        error = begin(direct, &client, board, &own) => Err(error),
    }
}

/// Reads what the server sends.
async fn receive(mut connection: BareConnection, board: &Board, own: &str) -> Interruption {
    poll_fn(|context| {
        loop {
            match ready!(connection.poll_message(context)) {
                Some(Ok(AsyncMessage::Notification(message))) => hear(&message, board, own),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Interruption::Lost(error)),
                None => return Poll::Ready(Interruption::Closed),
            }
        }
    })
    .await
}

fn hear(message: &Notification, board: &Board, own: &str) {
    if message.channel() == own {
        if let Ok(sent) = message.payload().parse()
            && board.vouch(sent)
        {
            tracing::info!(
                event = events::CHANGES_HEARD,
                "changes by other processes are heard"
            );
        }
    } else if let Ok(group) = u16::from_str_radix(message.payload(), 16) {
        board.heard(group);
    } else {
        // Nobody of ours said that: it may mean anybody.
        board.interrupt();
    }
}

/// Makes sure that it is the right database before anything is vouched for.
async fn begin(direct: &Direct, client: &Client, board: &Board, own: &str) -> Interruption {
    match direct.require_same(client).await {
        Ok(()) => beat(client, board, own).await,
        Err(error) => error.into(),
    }
}

/// Asks for messages, and sends some to ourselves.
async fn beat(client: &Client, board: &Board, own: &str) -> Interruption {
    let prepare = format!(
        "SET statement_timeout = 0; LISTEN {CHANGES}; LISTEN {own}; \
         SELECT pg_advisory_lock_shared({LISTENERS})"
    );
    if let Err(error) = within(PREPARATION, client.batch_execute(&prepare)).await {
        return error;
    }
    let began = board.now();
    loop {
        let notify = format!("NOTIFY {own}, '{}'", board.now());
        if let Err(error) = within(PATIENCE, client.batch_execute(&notify)).await {
            return error;
        }
        sleep(BEAT).await;
        let silent = Duration::from_micros(board.now().saturating_sub(began));
        if !board.is_healthy() && silent > PATIENCE {
            return Interruption::Silence;
        }
    }
}

async fn within<F>(patience: Duration, asked: F) -> Result<(), Interruption>
where
    F: Future<Output = Result<(), tokio_postgres::Error>>,
{
    match timeout(patience, asked).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Interruption::Silence),
    }
}
